"""Strings that break what takes text for granted: over 515, made from what each reader on their way gives a meaning to."""

import itertools
import string

_WORDS = (
    "undefined undef null NULL (null) nil NIL None true false True yes no on off NaN nan Infinity -Infinity inf Inf 0 -0 +0 1 -1 +1 00 "
    "1.00 $1.00 1/2 1E2 1E+02 1e400 1e-400 0x0 0xffffffff 0xabad1dea 123456789012345678901234567890 9223372036854775807 "
    "9223372036854775808 -9223372036854775809 2147483648 NaN::int 1.7976931348623157e309 4.9e-324 1,000 1'000 1_000 ١٢٣ １２３ ½ ² Ⅻ "
    "CON PRN AUX NUL LPT1 COM1 constructor __proto__ prototype hasOwnProperty toString then __class__ __init__ self this"
).split()

_SCRIPTS = [
    "é", "e\u0301", "ñ", "n\u0303", "ß", "ẞ", "İ", "ı", "ŉ", "ǰ", "ΐ", "ﬁ", "ﬄ", "Ǆ", "ǅ", "ſ", "K", "Å", "Ω", "Σίσυφος ΣΣ",
    "œuvre", "æon", "þorn", "ørn", "Україна", "Ёлка", "日本語 検索", "田中さんにあげて下さい", "パーティーへ行かないか", "사회과학원 어학연구소", "中文搜索", "𠜎𠜱𠝹",
    "ไทยไม่มีเว้นวรรค", "हिन्दी", "বাংলা", "தமிழ்", "مرحبا بالعالم", "الكل في المجمو عة", "שלום עולם", "ﷺ", "ﷰ", "ܐܒܓ",
    "ᚠᚢᚦᚨᚱᚲ", "ᏣᎳᎩ", "😀", "👩‍👩‍👧", "🇨🇭🇩🇪", "👍🏿", "1️⃣", "☃", "™", "¯\\_(ツ)_/¯", "(╯°□°）╯︵ ┻━┻",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤", "a" + "\u0301" * 50, "\u0301", "\u0301a", "ʇunpᴉpᴉɔuᴉ ɹodɯǝʇ", "Ｔｈｅ ｑｕｉｃｋ",
    "𝐓𝐡𝐞 𝓺𝓾𝓲𝓬𝓴", "⒯⒣⒠", "①②③", "ᵃᵇᶜ",
]  # fmt: skip

# Spaces that are none, marks that nobody sees, halves of directions, characters that are not assigned or no characters at all.
_UNSEEN = [
    "\u00a0", "\u00ad", "\u061c", "\u1680", "\u180e", "\u2000", "\u2003", "\u2009", "\u200b", "\u200c", "\u200d", "\u200e",
    "\u200f", "\u2028", "\u2029", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u202f", "\u205f", "\u2060", "\u2061",
    "\u2066", "\u2067", "\u2069", "\u206f", "\u3000", "\u3164", "\ufe0f", "\ufeff", "\ufff9", "\ufffc", "\ufffd", "\ufffe",
    "\uffff", "\ue000", "\uf8ff", "\ufdd0", "\U0001fffe", "\U000e0001", "\U000e0041", "\U000f0000", "\U0010fffd", "\U0010ffff",
]  # fmt: skip

_TSQUERY_OPERATORS = [
    "&",
    "|",
    "!",
    "!!",
    "<->",
    "<2>",
    "<0>",
    "<-1>",
    "<99999>",
    "<>",
    ":*",
    ":",
    ":A",
    ":AB*",
    ":Z",
    "-",
    '"',
    "'",
    "''",
    "or",
    "and",
    "not",
]

_REGEX = (
    r"[ ] [] [^] [a [z-a] [[:alpha:] [[:bogus:]] [[.a.]] [[=a=]] [[.bogus.]] ( ) () (? (?: (?= (?! (?<= (?<x>a) (?P<x>a) (?i) (?z) (?#x) (?#x (a|b|) "
    r"* + ? ** ++ *? +? a** a++ a{ a} a{1 a{1} a{1,} a{,1} a{2,1} a{1,256} a{99999} a{1}{2} {1} ^ $ ^* $* ^^ | || |a a| \ \\ \\\ \1 \2(a) (a)\1 \9 \0 "
    r"\x \x4 \xzz \u12 \U123 \c \e \a \b \B \m \M \y \Y \A \Z \d \D \w \W \s \S \q \< \> \Q..\E \p{L} \N{x} (a+)+$ (a|a)*$ ((a*)*)*$ (x+x+)+y "
    r"***: ***= ***x ***=[ .* .{0,9999} (((((((((( )))))))))) [[[[[[[[[[ a\ %\ _\ \% \_ %% __ %_% _%"
).split()

_ATTACKS = [
    "'; DROP TABLE contact_leads; --", "1; DROP TABLE contact_leads", "' OR '1'='1", "' OR 1=1 -- 1", "'||pg_sleep(5)||'",
    "$$||pg_sleep(5)||$$", "1)) OR ((1=1", "' UNION SELECT password_hash FROM app.users --", "\\'; SELECT 1; --", "E'\\''",
    "U&'\\0041'", "x'41'", "$1", "$2::regclass", "$tag$x$tag$", ":name", "?", "%s", "%(x)s", "%n%n", "%d", "%x%x%x", "{0}",
    "{0.__class__}", "${7*7}", "#{7*7}", "{{7*7}}", "{% raw %}", "<%= 7 %>", "@{x}", "`id`", "$(id)", "; id", "| id", "&& id",
    "$HOME", "%PATH%", "~root", "() { :; }; id", "../../../etc/passwd", "..\\..\\x", "/dev/null", "file:///etc/passwd",
    "\\\\server\\share", "C:\\", "%2e%2e%2f", "%00", "%0d%0aSet-Cookie:x=1", "%c0%ae", "\r\nSet-Cookie: x=1",
    "http://127.0.0.1:5432/", "javascript:alert(1)", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>", "</mark><b>", "<!--", "-->", "]]>", "<![CDATA[x]]>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", "&lt;", "&#0;", "&amp;amp;", "=1+1", "=cmd|' /C calc'!A0",
    "@SUM(1)", "+1", '{"a": "\\u0000"}', "{a,b", "{a,b}", '{"a","b"}', "{NULL}", "{{a},{b}}", "(a,b", "(a,b)", "(,)", "[1,2)",
    "[,]", "empty", "\\x", "\\xgg", "\\000", "\\u0000", "\\U0010FFFF", "not.eq.1", "eq.1", "in.(1,2", "in.(", "is.null",
    "or=(a.eq.1)", "and(", "not.not.eq.1", "eq(any).{", "like(all).{a", "fts(english).a", "fts(nope).a", "->>", "a->b",
    "::text", "*", "now", "today", "infinity", "epoch", "allballs", "P1D", "1 day ago", "2026-02-30", "24:00:60",
    "11111111-1111-1111-1111-11111111111", "127.0.0.1/33", "a@b@c", "@", "http://", "//", "Scunthorpe", "x" * 199, "x" * 2000,
    "a " * 99, "a-" * 99, "'" * 99, '"' * 99, "\\" * 99, "(" * 99, "!" * 99, "& " * 99, "%" * 99, ":*" * 99, "<->" * 60,
    "- " * 99, "\u202e" * 60,
]  # fmt: skip

# NUL is refused everywhere by itself (row 36).
_CONTROLS = [chr(code) for code in (*range(1, 32), 127, 128, 133, 155, 159)]

NAUGHTY: tuple[str, ...] = tuple(
    dict.fromkeys(
        [
            *_WORDS,
            *_SCRIPTS,
            *(f"a{character}b {character}" for character in (*_UNSEEN, *_CONTROLS)),
            *(text for mark in string.punctuation for text in (mark, mark * 2, f"{mark}a {mark}")),
            *(shape.format(sign) for sign, shape in itertools.product(_TSQUERY_OPERATORS, ("a {} b", "a{}", "{} a", "({}a"))),
            *_REGEX,
            *_ATTACKS,
        ]
    )
)
