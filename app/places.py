"""Whether a text names a country, or a state. Pure.

A question for a country wants one: a sentence about the very thing that names none does not answer it. Countries are
known by their English names, and by what their people and things are called.
"""

from __future__ import annotations

import re

_COUNTRIES = """
Afghanistan Albania Algeria Andorra Angola Antigua Argentina Armenia Australia Austria Azerbaijan Bahamas Bahrain
Bangladesh Barbados Barbuda Belarus Belgium Belize Benin Bhutan Bolivia Bosnia Botswana Brazil Brunei Bulgaria Burundi
Cambodia Cameroon Canada Chad Chile China Colombia Comoros Congo Croatia Cuba Cyprus Czechia Denmark Djibouti Dominica
Ecuador Egypt Eritrea Estonia Eswatini Ethiopia Fiji Finland France Gabon Gambia Georgia Germany Ghana Greece Greenland
Grenada Guatemala Guinea Guyana Haiti Herzegovina Honduras Hungary Iceland India Indonesia Iran Iraq Ireland Israel
Italy Jamaica Japan Jordan Kazakhstan Kenya Kiribati Kosovo Kuwait Kyrgyzstan Laos Latvia Lebanon Lesotho Liberia Libya
Liechtenstein Lithuania Luxembourg Macedonia Madagascar Malawi Malaysia Maldives Mali Malta Mauritania Mauritius Mexico
Micronesia Moldova Monaco Mongolia Montenegro Morocco Mozambique Myanmar Namibia Nauru Nepal Netherlands Nicaragua Niger
Nigeria Norway Oman Pakistan Palau Palestine Panama Paraguay Peru Philippines Poland Portugal Qatar Romania Russia
Rwanda Samoa Senegal Serbia Seychelles Singapore Slovakia Slovenia Somalia Spain Sudan Suriname Sweden Switzerland Syria
Taiwan Tajikistan Tanzania Thailand Togo Tonga Tunisia Turkey Turkmenistan Tuvalu Uganda Ukraine Uruguay Uzbekistan
Vanuatu Venezuela Vietnam Yemen Zambia Zimbabwe
America Britain England Scotland Wales Holland Burma Gaza Korea Tibet Türkiye Vatican
""".split()
_PEOPLES = """
Afghan American Argentine Belgian British Briton Burmese Chilean Congolese Czech Dane Danish Dutch Emirati English
Filipino Finn Finnish French German Greek Irish Kazakh Kosovar Kyrgyz Laotian Lebanese Malagasy Moldovan Mongolian
Moroccan Norwegian Pakistani Peruvian Polish Portuguese Saudi Scot Scottish Serb Slovak Slovene Spaniard Spanish Swede
Swedish Swiss Tajik Thai Turk Turkish Ukrainian Uzbek Vietnamese Welsh Yemeni
""".split()
_OF_SEVERAL_WORDS = (
    r"United (?:States|Kingdom|Arab Emirates)|Saudi Arabia|Burkina Faso|Cape Verde|Cabo Verde|Central African Republic"
    r"|Costa Rica|C[ôo]te d['’]Ivoire|Ivory Coast|Dominican Republic|El Salvador|Hong Kong|Marshall Islands|New Zealand"
    r"|Puerto Rico|San Marino|Sierra Leone|Solomon Islands|South Africa|Sri Lanka|St\. Lucia|Timor-Leste|East Timor"
    r"|Trinidad and Tobago|U\.S\.|U\.K\.|US|USA|UK|UAE"
)
_ENDING = r"[aeoy]?(?:n|an|ian|ean|ese|i|ish)s?"
"""What an adjective, or the people, add to a country less its last vowel: Chin-ese, Nepal-is, Cuba-ns."""
_STEMS = "|".join(sorted({re.escape(re.sub("[aeoy]$", "", name)) for name in _COUNTRIES}))
_COUNTRY = re.compile(
    rf"\b(?:(?:{_OF_SEVERAL_WORDS})(?!\w)"
    rf"|(?:{'|'.join(_COUNTRIES)}|(?:{'|'.join(_PEOPLES)})s?|(?:{_STEMS}){_ENDING})\b)"
)

_PEOPLE = re.compile(rf"(?:(?:{'|'.join(_PEOPLES)})s?|(?:{_STEMS}){_ENDING})")

_US_STATE = re.compile(
    r"\b(?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois"
    r"|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana"
    r"|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon"
    r"|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington|Wisconsin|Wyoming"
    r"|Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Mass|Md|Mich|Minn|Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Tenn"
    r"|Tex|Va|Vt|Wash|Wis|Wyo|N\.[CDHJMY]|S\.[CD]|R\.I|W\. ?Va)(?:\b|\.|['’]s)"
)
_STATE = re.compile(rf"{_US_STATE.pattern}|{_COUNTRY.pattern}|\b(?:in|of|from|across)\s+(?:the\s+)?[A-Z]\w+")
"""Other countries have states, too: what a preposition makes a place passes for one."""

_BEFORE = r"\b(?:what|which)(?: (?:other|neighbou?ring|two|European|African|Asian))?"
_ASKED = (
    (re.compile(rf"{_BEFORE} (?:country|countries|nations?)\b", re.IGNORECASE), _COUNTRY),
    (re.compile(rf"{_BEFORE} (?:US|U\.S\.|American) states?\b", re.IGNORECASE), _US_STATE),
    (re.compile(rf"{_BEFORE} states?\b", re.IGNORECASE), _STATE),
)


def tells_a_people(word: str) -> bool:
    """Whether a word is what a country's people and things are called.

    >>> tells_a_people("Japanese"), tells_a_people("Japan")
    (True, False)
    """
    return bool(_PEOPLE.fullmatch(word))


def place_asked_is_named(question: str, text: str) -> bool:
    """Whether the text names such a place as the question asks for, and not only one that the question names.

    True for a question that asks for neither a country nor a state.

    >>> place_asked_is_named("Which country won the cup?", "The final was held in May.")
    False
    >>> place_asked_is_named("Which country won the cup?", "The Swedish team won it.")
    True
    """
    for asked, place in _ASKED:
        if asked.search(question):
            known = set(place.findall(question))
            return any(found not in known for found in place.findall(text))
    return True
