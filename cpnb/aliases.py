"""What people call the fields of a profile in their tables, as data.

The names are in a plain form, without accents, letter case, spaces and punctuation, separated by
spaces here; they are English, German, French, Spanish, Portuguese, Italian, Dutch and Japanese.
"""

from __future__ import annotations

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
    "AccountNumber": "account accountref clientref",
    "BusinessName": "accountname facilityname shopname",
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
    "State": "region",
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
