"""What people call the fields of a profile in their tables, and the words around such names.

English, German, French, Spanish, Portuguese, Italian, Dutch and Japanese; for the most common columns
also Swedish, Polish, Russian, Chinese and Korean. Names are compared without accents, letter case,
spaces and punctuation. Only words here: how they are read is in `column_names`.
"""

from __future__ import annotations

from collections.abc import Mapping

ALIASES: Mapping[str, str] = {
    "AccountNumber": (
        "customerid customernumber customerno customerkey customercode custid custno customernum accountnumber "
        "clientid clientnumber clientcode memberid membernumber membershipnumber membershipid loyaltyid "
        "loyaltynumber loyaltycardnumber crmid kundennummer kundennr kundenid mitgliedsnummer numeroclient "
        "clientnum kdnr frequentflyernumber numeroadherent codeclient idcliente numerocliente "
        "numerodecliente codigocliente codigodecliente codigodocliente codicecliente idclient klantnummer klantnr "
        "kundnummer 会員番号 会員id 顧客番号 顧客id 顧客コード"
    ),
    "FirstName": (
        "firstname first namefirst givenname given forename fname vorname rufname prenom primeiro primeironome "
        "nomeproprio primernombre nombredepila voornaam fornamn imie имя 名 名前名 이름"
    ),
    "MiddleName": (
        "middlename middle middleinitial namemiddle mname additionalname secondname zweitername weiterevornamen "
        "deuxiemeprenom autresprenoms segundonombre secondonome отчество"
    ),
    "LastName": (
        "lastname last namelast surname familyname lname nachname familienname zuname nomdefamille apellido "
        "apellidos primerapellido sobrenome ultimonome cognome achternaam efternamn nazwisko фамилия 姓 名字 성"
    ),
    "BusinessName": (
        "businessname business company companyname organisation organisationname organization "
        "organizationname organizacao organizacion employer firmenname unternehmen entreprise societe "
        "nomsociete nomdelasociete raisonsociale empresa nombreempresa nombredelaempresa razonsocial "
        "nombreorazonsocial razaosocial azienda ragionesociale denominazione bedrijf bedrijfsnaam foretag "
        "sitename 会社名 会社 公司"
    ),
    "EmailAddress": (
        "email emailaddress emailid mail mailid mailaddress emailadresse mailadresse courriel adresseemail adressemail "
        "adresseelectronique adressedemessagerie correo correoelectronico direcciondecorreo "
        "direcciondecorreoelectronico enderecodeemail indirizzoemail indirizzodipostaelettronica "
        "postaelettronica emailadres epost epostadress почта メールアドレス メール 邮箱 电子邮件 이메일"
    ),
    "PersonalEmailAddress": "personalemail personalemailaddress privateemail homeemail",
    "BusinessEmailAddress": "businessemail businessemailaddress workemail workemailaddress officeemail companyemail",
    "PhoneNumber": (
        "phone phonenumber phoneno phonenum telephone telephonenumber telephoneno tel telno telnr telefon "
        "telefonnummer telefonnr rufnummer telefono telefone fone numerodetelephone numerotelefono numerodetelefono "
        "contactnumber telefoonnummer telefoon телефон 電話番号 電話 电话 전화번호 haupttelefon"
    ),
    "MobilePhoneNumber": (
        "mobile mobilephone mobilenumber mobilephonenumber mobileno mobiletelephone cell cellphone cellnumber "
        "cellphonenumber gsm handy handynummer handynr mobil mobilnummer mobilnr mobiltelefon portable "
        "telephoneportable telephonemobile telmobile telportable movil telefonomovil celular telefonocelular "
        "telefonecelular telemovel cellulare telefonocellulare mobiel mobielnummer 携帯電話 携帯番号 携帯電話番号 "
        "手机 手机号 手机号码 휴대폰"
    ),
    "HomePhoneNumber": (
        "homephone homephonenumber hometelephone hometel landline privatephone telefonprivat festnetz "
        "telephonedomicile telephonefixe telfixe telefonofijo telefonoparticular telefonodecasa "
        "telefoneresidencial 自宅電話 自宅電話番号"
    ),
    "BusinessPhoneNumber": (
        "businessphone businessphonenumber workphone workphonenumber officephone officenumber "
        "telefongeschaftlich telephoneprofessionnel telephonebureau telefonotrabajo telefonodeltrabajo "
        "telefonecomercial telefonoufficio 勤務先電話 勤務先電話番号"
    ),
    "BirthDate": (
        "birthdate birthday dateofbirth bday bdate dob born geburtsdatum geburtstag gebdatum datedenaissance "
        "datenaissance neele anniversaire dateanniversaire fechadenacimiento fechanacimiento fnacimiento cumpleanos "
        "datadenascimento datanascimento dtnascimento datadinascita datanascita natoil compleanno "
        "geboortedatum fodelsedatum "
        "生年月日 誕生日 生日 출생일 생년월일"
    ),
    "GenderString": "gender sex geschlecht sexe genre sexo genero sesso genere geslacht kon plec пол 性別 性别 성별",
    "AdditionalInformation": "additionalinformation",
    "PartyTypeString": "partytype partytypestring companytype tipopessoa tipodepessoa tipopersona personentyp",
}
"""Names of each target, except those of an address."""

WEAKER_ALIASES: Mapping[str, str] = {
    "AccountNumber": (
        "accountref clientref contactid contactkey subscriberid userid personid leadid guestid patientid nclient "
        "memberno accountid accountno accountkey"
    ),
    "BusinessName": "accountname facilityname shopname storename fantasia nomefantasia firma",
}
"""Names that mean a target only if no better one is there."""

ADDRESS_ALIASES: Mapping[str, str] = {
    "Address1": (
        "address addressline street streetaddress streetname streetline streetaddressline addressstreet line "
        "adresse strasse strassehausnummer strasseundhausnummer strassenr strasseundnr anschrift "
        "rue adressepostale voie direccion calle domicilio endereco logradouro rua indirizzo via adres straat "
        "gatuadress ulica адрес 住所 地址 주소"
    ),
    "Address2": "adresszusatz complementadresse complementdadresse complemento apartment apt suite unit",
    "City": (
        "city town cityname citytown towncity ort stadt wohnort ville commune ciudad poblacion cidade citta comune "
        "plaats woonplaats stad miasto город localite 市区町村 市 城市 도시"
    ),
    "County": "county countyname landkreis condado",
    "State": (
        "state statecode statename stateprovince bundesland bundeslandkanton uf provincestate "
        "departementregion depregion 都道府県 都道府県名"
    ),
    "Province": "province provincename provincecode provincia provincie prov provinciaestado provinciaoestado 省",
    "Country": (
        "country countryname countryregion land landregion pays paysregion paysouregion paisoregion pais "
        "paisregion paese nazione страна 国 国名 国家 국가"
    ),
    "PostalCode": (
        "postalcode postcode zip zipcode zippostalcode zippostcode postalzip postalzipcode plz postleitzahl "
        "codepostal codigopostal cep cp cap cpostal codpostal codigodepostal codicepostale codicediavviamentopostale "
        "postnummer kodpocztowy индекс 郵便番号 邮编 우편번호"
    ),
}
"""Names of each part of an address; the lines of it also with their numbers."""

WEAKER_ADDRESS_ALIASES: Mapping[str, str] = {
    "Address2": "extendedaddress",
    "City": "suburb locality municipality localidad municipio posttown",
    "State": "region stateregion regione",
    "Country": "countrycode countryid countryisocode landercode landcode codepays codigopais isocountry",
    "PostalCode": "zipcodeprefix",
}
"""Names that mean a part of an address only if no better one is there."""

STATE_OR_STATUS = "estado stato etat"
"""Names of a state that also mean a status: never sure, and of a shipment if a word for that is beside them."""

NEEDING_COMPANIONS: Mapping[str, tuple[str, str]] = {
    "nome": ("FirstName", "LastName"),
    "nombre": ("FirstName", "LastName"),
    "nombres": ("FirstName", "LastName"),
    "naam": ("LastName", "FirstName"),
    "nom": ("LastName", "FirstName"),
    "name": ("LastName", "FirstName"),
}
"""Names of a whole person, or of the part of it that no other column has: the target, and what another column
must be."""

ADDRESS_BLOCKS: Mapping[str, str] = {
    "ShippingAddress": (
        "shipping ship shipto delivery deliver lieferung liefer lieferadresse versand l livraison envio entrega "
        "spedizione consegna recipient consignee empfanger destinataire destinatario 配送先 お届け先 届け先"
    ),
    "BillingAddress": (
        "billing bill billto invoice payer rechnung rechnungs rechnungsadresse r facturation facturacion factura "
        "cobranca fatturazione card 請求先"
    ),
    "MailingAddress": "mailing postal post postanschrift korrespondenz correspondence correspondance",
}
"""Words that say which of the other three addresses a part belongs to."""

PLACES: Mapping[str, str] = {
    "home": (
        "home private personal privat private residential residence domicile domicilio particular casa residencial "
        "perso personnel privato abitazione 自宅"
    ),
    "work": (
        "work business office company professional geschaftlich geschaft dienstlich buro firma firmen bureau "
        "professionnel travail trabajo oficina comercial trabalho lavoro ufficio zakelijk 勤務先"
    ),
    "mobile": "mobile mobil cell cellular portable movil celular cellulare handy 携帯",
    "second": (
        "other alternate alternative secondary second additional extra weitere weiterer weiteres autre otro otra otros "
        "altro altra outro outra 2 3 4 5"
    ),
}
"""Words that say where a phone rings, an e-mail is read, an address is, or that it is not the first of its kind."""

FIRST_WORDS = "primary main default principal principale haupt current first 1 01"
"""Words of the first of several, or the only one."""

CUSTOMER_WORDS = (
    "customer contact client cust user member person people subscriber attendee buyer guest patient student "
    "participant applicant lead passenger donor shopper profile account kunde kunden kundin cliente clientes "
    "acheteur comprador acquirente klant teilnehmer participante usuario utente お客様 顧客 会員 お名前 氏名 ご"
)
"""Words for the customer."""

FILLERS = (
    "the of to for de del de la le les du des der die das den von vom fur zu el los las da do das di della del "
    "il lo per para pour et und y e a your my full valid address addresses adresse value text string field required "
    "optional pflichtfeld yyyy mm dd jj tt aaaa format fiscal 名称"
)
"""Words that do not change which target a name means."""

_NOTHING_FOR_IT = "a profile has no field for it; a custom attribute can hold it"

STAYS_BEHIND: tuple[tuple[str, str], ...] = (
    (r"\b(tele)?fax\b|\bfaxn|\btelecopie\b", "a fax number cannot be called"),
    (
        r"\b(soc(ial)? sec\w*|ssn|passport|tax (id|number|no)|national id|nino|cpf|cnpj|curp|dni|nif|cuit|rfc|"
        r"vat( id| no| number)?|taxvat|ust ?id\w*|siret|siren|steuer\w*|codice fiscale|partita iva|p iva|"
        r"government id)\b",
        "an identity or tax number; a campaign rarely needs it, so it is mapped only by hand",
    ),
    (
        r"\b(passwor[dt]|passwd|pwd|card (number|no)|credit card|iban|cvv|cvc|bank account|token|mot de passe|"
        r"kontonummer|bic)\b",
        "a secret or a means of payment; it does not belong into a profile",
    ),
    (
        r"\b(notes?|comments?|remarks?|bemerkung\w*|kommentar\w*|notiz\w*|remarques?|commentaires?|notas|observaciones|"
        r"observacoes|note|descriptions?|beschreibung|about)\b|メモ|備考",
        "free text often says more than should travel; if it may, map it to 'AdditionalInformation'",
    ),
    (
        r"\b((street|house|building) (number|no|nr|num)|hausnummer|hausnr|numero civico|numero exterior)\b",
        "part of an address line; join it with the street first",
    ),
    (
        r"^((full|customer|contact|display|client|person|user|buyer|recipient|billing|shipping|ship to|card|guest|"
        r"attendee|subscriber|legal) )?((first|last) (and|last|first) )?name$|^nom( et prenom| complet)?$|"
        r"^(prenom et nom|prenom nom|nom prenom)$|^nome( completo| e cognome)?$|"
        r"^nombre( completo| y apellidos?)?$|^nombre (del comprador|para el envio)$|^(name vorname|vor und nachname|"
        r"naam|name komplett)$|^氏名$|^お名前$|^姓名$",
        "a whole name, and a profile has FirstName and LastName; split it first",
    ),
    (
        r"\b(owner|manager\w*|assistant\w*|assistent\w*|spouse|partner|emergency|parent|guardian|agent|seller|vendor|"
        r"director|employee|representative|rep|created by|modified by|updated by|reports? to|supervisor|referr\w*|"
        r"vendedor|conjoint\w*|vorgesetzt\w*)\b",
        "it belongs to somebody else than the customer",
    ),
    (
        r"\b(opt ?(in|out)\w*|\w*optin|\w*optout|(un)?subscri\w*|consent\w*|newsletter\w*|"
        r"accepts? .*|do not .*|allow\w*|permission\w*|"
        r"gdpr|marketing|einwilligung\w*|consentement|consentimiento|mailing list)\b|メルマガ",
        f"a consent: {_NOTHING_FOR_IT}",
    ),
    (
        r"\b(lat|latitude|lng|lon|longitude|geo\w*|coordinates?|breitengrad|langengrad)\b",
        f"a position: {_NOTHING_FOR_IT}",
    ),
    (
        r"\b(job ?title|titles?|titel|titre|titulo|salutation|anrede|civilite|tratamiento|position|department|"
        r"abteilung|occupation|profession|beruf|prefix|suffix|role)\b",
        f"a title or position: {_NOTHING_FOR_IT}",
    ),
    (
        r"\b(web ?(site|page)|url|home ?page|web|webseite|page web|pagina web|sito)\b",
        "a profile has no place for a web address",
    ),
    (
        r"\b(\w*date|datum|fecha|data|created|updated|modified|registered|since|seit|timestamp|joined|last seen|"
        r"time)\b",
        "a date that is not the date of birth; a custom attribute can hold it",
    ),
)
"""What a column holds by its name, as a pattern of its plain form, and why it stays behind."""

OTHER_THINGS = (
    "order invoice ticket product item store session transaction program provider rep agent employee parent phone "
    "fax company organization organisation group owner shipment payment card campaign list event device site "
    "website segment category sku master created modified vendor deal tracking batch geography provincia stato comune"
)
"""Things other than the customer that have numbers."""

ORDER_WORDS = "order lineitem invoice bestellung bestellnummer auftrag commande pedido orden ordine shipment 注文"
"""Words of a table that has a row for each order."""
