"""What mails say, and what a template may not do."""

from typing import Any

import pytest

from service.mail import templates
from service.mail.templates import KINDS, PARTS, VARIABLES, TemplateProblem


def check(kind: str = "acknowledgement", **parts: str) -> dict[str, str]:
    """What is wrong, by part."""
    return {error.field: error.message for error in templates.check(kind, {**templates.delivered(kind), **parts})}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sparse", [False, True])
def test_what_is_delivered_says_something_whatever_there_is(kind: str, sparse: bool) -> None:
    assert templates.check(kind, templates.delivered(kind)) == []
    made = templates.render(templates.delivered(kind), templates.sample(kind, sparse=sparse))
    for text in (made.subject, made.text, made.html):
        assert text.strip()
        assert "None" not in text
        assert "{" not in text
    assert "\n\n\n" not in made.text


@pytest.mark.parametrize("kind", KINDS)
def test_each_variable_that_is_told_of_is_there(kind: str) -> None:
    full, sparse = templates.sample(kind), templates.sample(kind, sparse=True)
    assert set(full) - {"urgent"} <= set(VARIABLES[kind]) | {"urgent"}
    for values in (full, sparse):
        assert set(VARIABLES[kind]) <= set(values)


def test_html_is_escaped_and_text_is_not() -> None:
    lead = {**templates.sample("notification")["leads"][0], "name": "<script>alert(1)</script>", "message": "a & b\n<b>"}
    values = templates.team_values([lead], 0, None)
    made = templates.render(templates.delivered("notification"), values)
    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html
    assert "<script>alert(1)</script>" in made.text
    assert "\n" not in made.subject


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ ''.__class__.__mro__ }}", "unsafe"), ("{{ name.__class__ }}", "unsafe"), ("{{ name.format(1) }}", "call"),
        ("{{ range(10) }}", "call"), ("{{ 9 ** 9 ** 9 }}", "pow"), ("{{ 'a' * 1000000000 }}", "mul"), ("{{ name ~ name }}", "concat"),
        ("{% set a = name %}", "assign"), ("{% macro a() %}{% endmacro %}", "macro"), ("{% include 'base.html' %}", "include"),
        ("{% import 'base.html' as b %}", "import"), ("{% extends 'base.html' %}", "extends"), ("{{ [1, 2] }}", "list"),
        ("{{ name['__class__'] }}", "getitem"), ("{{ name|attr('__class__') }}", "attr"), ("{{ name|center(1000000000) }}", "center"),
        ("{{ cycler }}", "undefined"), ("{{ self.body() }}", "call"), ("{% for a in name %}{% for b in name %}{% endfor %}{% endfor %}", "loop"),
        ("{% for a in name %}{% if a %}{% for b in name %}{% endfor %}{% endif %}{% endfor %}", "loop"), ("{{ nope }}", "undefined"),
        ("{% if %}", "Expected"), ("{{ name", "unexpected"), ("{{ name|truncate('x') }}", ""), ("{% block a %}{% endblock %}", "block"),
        ("{% filter upper %}{{ name }}{% endfilter %}", "filterblock"), ("{% call name() %}{% endcall %}", "call"), ("{{ 1 // 0 }}", "floordiv"),
    ],
)  # fmt: skip
def test_what_a_template_can_not_do(source: str, reason: str) -> None:
    for part in PARTS:
        wrong = check(**{part: source})
        assert list(wrong) == [part]
        assert reason.lower() in wrong[part].lower()


def test_parts_have_their_lengths_and_must_say_something() -> None:
    assert check(subject="x" * 501, body_text=" ", body_html="{% if false %}x{% endif %}") == {
        "subject": "subject can have 500 characters at most.",
        "body_text": "body_text must say something.",
        "body_html": "body_html must say something.",
    }
    with pytest.raises(TemplateProblem, match="subject is empty"):
        templates.render({"subject": "{{ name }}", "body_text": "x", "body_html": "x"}, {"name": "\n"})


def test_what_the_team_changed_counts_part_by_part() -> None:
    delivered = templates.delivered("cv")
    changed: dict[str, Any] = {"subject": "Mine", "body_text": None, "body_html": None}
    assert templates.in_force("cv", changed) == {**delivered, "subject": "Mine"}
    assert templates.in_force("cv", None) == delivered


def test_nothing_that_a_visitor_wrote_is_in_an_answer_to_them() -> None:
    lead = {
        "name": "Visit evil.example now",
        "reference": "r",
        "created_at": "t",
        "lead_type": "contact",
        "message": "SECRET",
        "subject": "SECRET",
    }
    values = templates.visitor_values(lead, stop_url="")
    made = templates.render(templates.delivered("acknowledgement"), values)
    assert "evil" not in f"{made.subject}{made.text}{made.html}"
    assert "SECRET" not in str(values)
