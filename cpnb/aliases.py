"""What people call the fields of a profile in their tables.

The names are English, German, French, Spanish, Portuguese, Italian, Dutch and Japanese. Here they
stand without accents, letter case, spaces and punctuation, and are compared so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

ALIASES: Mapping[str, str] = {
    "AccountNumber": (
        "customerid customernumber customerno customerkey custid custno accountnumber accountno accountid "
        "clientid clientnumber memberid membernumber membershipnumber membershipid loyaltyid loyaltynumber "
        "loyaltycardnumber crmid kundennummer kundennr kundenid numeroclient idcliente numerocliente "
        "codigocliente codicecliente klantnummer 会員番号 顧客番号 顧客id"
    ),
    "FirstName": (
        "firstname first givenname given forename fname vorname prenom nombre primeiro primeironome "
        "nomeproprio voornaam 名"
    ),
    "MiddleName": "middlename middle middleinitial mname zweitername deuxiemeprenom segundonombre",
    "LastName": (
        "lastname last surname familyname lname nachname familienname nomdefamille apellido apellidos "
        "sobrenome cognome achternaam 姓"
    ),
    "BusinessName": (
        "businessname business company companyname organisation organisationname organization "
        "organizationname organizacao employer firma firmenname unternehmen entreprise societe raisonsociale "
        "empresa azienda bedrijf sitename 会社名"
    ),
    "EmailAddress": (
        "email emailaddress emailid mail mailaddress emailadresse mailadresse courriel adresseemail "
        "adressemail correo correoelectronico enderecodeemail indirizzoemail メールアドレス"
    ),
    "PersonalEmailAddress": "personalemail personalemailaddress privateemail homeemail",
    "BusinessEmailAddress": "businessemail businessemailaddress workemail workemailaddress officeemail companyemail",
    "PhoneNumber": (
        "phone phonenumber phoneno telephone telephonenumber tel telno telefon telefonnummer telefono "
        "telefone numerodetelephone numerotelefono telefoonnummer 電話番号 電話"
    ),
    "MobilePhoneNumber": (
        "mobile mobilephone mobilenumber mobilephonenumber mobileno cell cellphone cellnumber cellphonenumber "
        "handy handynummer mobil mobilnummer mobiltelefon portable telephoneportable movil telefonomovil "
        "celular cellulare 携帯電話 携帯番号"
    ),
    "HomePhoneNumber": (
        "homephone homephonenumber hometelephone hometel privatephone telefonprivat telephonedomicile 自宅電話"
    ),
    "BusinessPhoneNumber": (
        "businessphone businessphonenumber workphone workphonenumber officephone officenumber "
        "telefongeschaftlich telephoneprofessionnel telefonotrabajo"
    ),
    "BirthDate": (
        "birthdate birthday dateofbirth dob born geburtsdatum geburtstag datedenaissance fechadenacimiento "
        "fechanacimiento datadenascimento datanascimento datadinascita geboortedatum 生年月日"
    ),
    "GenderString": "gender sex geschlecht sexe genre sexo sesso geslacht 性別",
    "PartyTypeString": "partytype partytypestring",
}
"""Names of each target, except those of an address."""

WEAKER_ALIASES: Mapping[str, str] = {
    "AccountNumber": "account accountref clientref contactid contactnumber subscriberid nclient",
    "BusinessName": "accountname facilityname shopname",
    "LastName": "nom",
}
"""Names that mean a target only if no better one is there."""

ADDRESS_ALIASES: Mapping[str, str] = {
    "Address1": (
        "address address1 addressline1 addressline street street1 streetaddress streetname line1 adresse "
        "adresse1 strasse anschrift rue direccion endereco indirizzo via adres straat 住所"
    ),
    "Address2": "address2 addressline2 street2 line2 adresse2 adresszusatz complementadresse complemento",
    "Address3": "address3 addressline3 street3 line3",
    "Address4": "address4 addressline4 street4 line4",
    "City": "city town cityname ort stadt wohnort ville ciudad cidade citta plaats stad localidad 市区町村 市",
    "County": "county countyname landkreis",
    "State": "state statecode statename stateprovince bundesland etat estado provincestate 都道府県",
    "Province": "province provincename provincia provincie",
    "Country": "country countryname countrycode land pays pais paese 国",
    "PostalCode": (
        "postalcode postcode zip zipcode zippostalcode postalzip plz postleitzahl codepostal codigopostal cep "
        "cap cpostal 郵便番号"
    ),
}
"""Names of each part of an address."""

WEAKER_ADDRESS_ALIASES: Mapping[str, str] = {
    "City": "suburb locality municipality",
    "State": "region stateregion",
}
"""Names that mean a part of an address only if no better one is there."""

ADDRESS_BLOCKS: Mapping[str, str] = {
    "ShippingAddress": "shipping ship shipto delivery lieferung liefer livraison envio",
    "BillingAddress": "billing bill billto invoice rechnung rechnungs facturation facturacion",
    "MailingAddress": "mailing postal",
}
"""First words that say which of the other three addresses a part belongs to."""
WORDS_WITHOUT_MEANING = frozenset(
    {
        *("customer", "contact", "client", "cust", "user", "member", "person", "kunde", "cliente"),
        *("primary", "main", "default", "home", "current", "address", "1"),
    }
)
"""Words before or after a name that do not change which target it means."""

# What a column holds by its name, and why it stays behind although it is somebody's data.
_STAYS_BEHIND = (
    (r"\b(tele)?fax\b|\bfaxn", "a fax number cannot be called"),
    (
        r"\b(soc(ial)? sec\w*|ssn|passport|tax (id|number|no)|national id|nino|cpf|curp|dni|nif|steuer\w*)\b",
        "an identity number; a campaign rarely needs it, so it is mapped only by hand",
    ),
    (
        r"\b(passwor[dt]|passwd|pwd|card (number|no)|credit card|iban|cvv|bank account)\b",
        "a secret or a means of payment; it does not belong into a profile",
    ),
    (
        r"\b(notes?|comments?|remarks?|bemerkung\w*|kommentar\w*|notiz\w*|remarques?|notas|observaciones)\b",
        "free text often says more than should travel; if it may, map it to 'AdditionalInformation'",
    ),
    (
        r"\b((street|house) (number|no|nr|num)|hausnummer|hausnr)\b",
        "part of an address line; join it with the street first",
    ),
    (
        r"^((full|customer|contact|display|client|person|user) )?name$|^nom complet$|^nombre completo$|^氏名$",
        "a whole name, and a profile has FirstName and LastName; split it first",
    ),
    (r"\b(web ?site|url|home ?page|web)\b", "a profile has no place for a web address"),
)

_WEIGHT_OF_PART = 0.95
_WEIGHT_OF_BLOCK = 0.8
_WEIGHT_OF_WEAKER = 0.8


def plain(name: str) -> str:
    """Return a name in lower case, without accents, as words with one space between.

    Examples
    --------
    >>> plain("FirstName"), plain("E-Mail (privé)")
    ('first name', 'e mail prive')
    """
    parts = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", name)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", parts) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


def _targets_by_alias() -> dict[str, tuple[str, float]]:
    """Return target and weight of every alias; the weaker ones lose against the others."""
    tables = (
        ("", ALIASES, 1.0),
        ("", WEAKER_ALIASES, _WEIGHT_OF_WEAKER),
        ("Address.", ADDRESS_ALIASES, 1.0),
        ("Address.", WEAKER_ADDRESS_ALIASES, _WEIGHT_OF_WEAKER),
    )
    # The names go through the same form as the columns: it takes Japanese letters apart as well.
    return {
        plain(name).replace(" ", ""): (prefix + target, weight)
        for prefix, table, weight in tables
        for target, names in table.items()
        for name in names.split()
    }


_BY_ALIAS = _targets_by_alias()
_BLOCK_BY_WORD = {word: block for block, words in ADDRESS_BLOCKS.items() for word in words.split()}


def target_of(column: str) -> tuple[str, float] | None:
    """Return the target that a name stands for and how much that weighs, from 0 to 1, or None.

    A name that fits as it stands weighs more than one that fits after words were left out.

    Examples
    --------
    >>> target_of("Shipping ZIP code")
    ('ShippingAddress.PostalCode', 1.0)
    >>> target_of("shoe size")
    """
    words = plain(column).split()
    if found := _BY_ALIAS.get("".join(words)):
        return found
    if words and words[0] in _BLOCK_BY_WORD:
        return _in_block(_BLOCK_BY_WORD[words[0]], words[1:])
    while words:
        if words[0] in WORDS_WITHOUT_MEANING:
            words = words[1:]
        elif words[-1] in WORDS_WITHOUT_MEANING:
            words = words[:-1]
        else:
            return None
        if found := _BY_ALIAS.get("".join(words)):
            return found[0], found[1] * _WEIGHT_OF_PART
    return None


def _in_block(block: str, words: list[str]) -> tuple[str, float] | None:
    """Return what a name means behind a word such as ``billing``: a part of that address, or the person's own."""
    found = _BY_ALIAS.get("".join(words))
    if found is None:
        return None
    target, weight = found
    if target.startswith("Address."):
        return target.replace("Address", block, 1), weight
    return target, weight * _WEIGHT_OF_BLOCK


def reason_to_stay(column: str) -> str:
    """Return why a column of this name is not suggested although it is somebody's data; empty if there is no reason.

    Examples
    --------
    >>> reason_to_stay("Fax No")
    'a fax number cannot be called'
    """
    name = plain(column)
    return next((reason for pattern, reason in _STAYS_BEHIND if re.search(pattern, name)), "")
