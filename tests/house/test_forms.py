"""The forms' limits, which Python checks first, are the constraints', which have the last word."""

import json
from typing import Any

import psycopg
import pytest
from psycopg import errors

from service.capture.forms import (
    FIELDS,
    FORMS,
    MAX_EXTRA_BYTES,
    MAX_EXTRA_FIELDS,
    OWNED_FIELDS,
    UTM_FIELDS,
    Field,
    clean,
    metadata,
)
from service.errors import Problem

Connection = psycopg.Connection[tuple[Any, ...]]
SENT = {"name": "Jane", "email": "jane@example.com", "subject": "Hello", "message": "Hi"}


def longest(field: Field) -> str:
    return "x" * (field.length - 12) + "@example.com" if field.name == "email" else "x" * field.length


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_lengths_are_the_constraints(owner: Connection, field: Field) -> None:
    def insert(value: str) -> None:
        row = {"name": "Jane", "email": "jane@example.com"} | {field.name: value}
        owner.execute(
            "INSERT INTO contact_leads (name, email, subject, message, company, phone, role, source) SELECT r.name, r.email,"
            " r.subject, r.message, r.company, r.phone, r.role, r.source FROM jsonb_populate_record(NULL::contact_leads, %s) r",
            (json.dumps(row),),
        )

    insert(longest(field))
    with pytest.raises(errors.CheckViolation) as refusal:
        insert("x" + longest(field))
    assert refusal.value.diag.constraint_name == f"contact_leads_{field.name}_valid"
    if field.name != "email":  # whose library has limits of its own, within these
        assert clean(FORMS[0], SENT | {field.name: longest(field)})[field.name] == longest(field)
    with pytest.raises(Problem):
        clean(FORMS[0], SENT | {field.name: "x" + longest(field)})


def test_the_largest_submission_fits(owner: Connection) -> None:
    """What Python lets pass, the limit on metadata must not refuse."""
    sent = SENT | dict.fromkeys(UTM_FIELDS, "🦊" * 200)
    sent |= {f"{n:0100d}": "\u00e9" * ((MAX_EXTRA_BYTES - 2) // 2) for n in range(MAX_EXTRA_FIELDS)}
    seen = metadata("2001:db8::1", dict.fromkeys(("user-agent", "referer", "origin"), "\\" * 5000))
    owner.execute("SELECT service.capture_lead('contact', %s, %s)", (json.dumps(clean(FORMS[0], sent)), json.dumps(seen)))


def test_every_column_is_either_a_forms_or_the_services(owner: Connection) -> None:
    columns = {
        row[0]
        for row in owner.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'contact_leads'::regclass AND attnum > 0")
    }
    assert columns == OWNED_FIELDS | {field.name for field in FIELDS} | {"consent"}


def test_forms_store_the_labels_of_lead_type(owner: Connection) -> None:
    row = owner.execute("SELECT enum_range(NULL::lead_type)::text[]").fetchone()
    assert row == ([form.lead_type for form in FORMS],)
