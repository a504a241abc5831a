"""Made-up leads for `leads up --demo`: the same ones each time, spread over the last sixty days, with their lives lived."""

import random
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from service.queries import QUERIES

COUNT = 360
SEED = 20260101

FIRST_NAMES = (
    "Amara, Anouk, Benedikt, Carmen, Chidi, Dana, Edvard, Eleni, Farid, Freya, Giulia, Hana, Ibrahim, Ines, Jakub, "
    "Jana, Kofi, Lars, Leïla, Mateo, Mei, Milan, Nadia, Noor, Olga, Oscar, Priya, Rafael, Sanne, Seán, Sofia, Tariq, "
    "Tomás, Ulla, Viktor, Wanjiru, Yara, Yusuf, Zoë, Zuzana"
).split(", ")
LAST_NAMES = (
    "Abebe, Almeida, Bergström, Brandt, Castillo, Chen, Dubois, Eriksen, Fischer, García, Haddad, Horváth, Ito, "
    "Janssen, Kaya, Kowalski, Larsen, Lindqvist, Marino, Meyer, Mwangi, Nakamura, Nguyen, Novák, O'Brien, Okafor, "
    "Papadakis, Petrov, Quispe, Rahman, Rossi, Schmidt, Silva, Singh, Tanaka, Virtanen"
).split(", ")
COMPANIES = (
    "Northwind Analytics, Harbour & Pine, Blue Finch Studio, Kestrel Robotics, Lumen Health, Ostara Foods, Paperboat, "
    "Quarry Labs, Redwood Freight, Saffron Media, Tidewater Energy, Umbra Security, Vela Aerospace, Wren & Co, "
    "Zephyr Mobility, Granite Bank, Juniper Schools, Meridian Legal"
).split(", ")
ROLES = ("recruiter", "founder", "cto", "engineering manager", "product manager", "designer", "researcher", "student")
SOURCES = ("google", "linkedin", "github", "newsletter", "conference", "referral")
TOPICS: dict[str, tuple[tuple[str, str], ...]] = {
    "contact": (
        (
            "A question about your work",
            "I came across your article on event-driven systems and would like to ask how you test them.",
        ),
        (
            "Freelance availability",
            "We need help with a data pipeline for about three months. Would you be available from next month?",
        ),
        (
            "Speaking at our meet-up",
            "We run a monthly meet-up with some eighty developers and would love to have you as a speaker.",
        ),
        (
            "Broken link on your site",
            "The link to the case study on your projects page leads nowhere. I thought you might like to know.",
        ),
        ("Quote for a website", "We would like to replace our booking site this year. Could you tell us what that would cost?"),
    ),
    "cv_request": (
        (
            "CV for an open position",
            "We are filling a senior back-end position and your profile fits well. Could you send your CV?",
        ),
        (
            "Staff engineer role",
            "My client looks for a staff engineer in a remote team. May I have your CV and your notice period?",
        ),
        ("Talent pool", "We would like to keep your CV for upcoming projects in our consulting team."),
    ),
    "collaboration": (
        ("Open source collaboration", "Your library solves half of our problem. Shall we build the other half together?"),
        ("Joint workshop", "We plan a two-day workshop on PostgreSQL and look for a second trainer. Interested?"),
        ("Research partnership", "Our group studies alerting in hospitals, and we look for an industrial partner for a grant."),
    ),
}
TAGS = ("follow up", "warm", "agency", "remote", "budget known", "conference", "long term", "reply drafted")


def fill(owner: str) -> int:
    """Adds the leads to an empty inbox; returns how many, 0 when it was not empty."""
    with psycopg.connect(owner, connect_timeout=10, cursor_factory=psycopg.RawCursor) as connection:
        row = connection.execute(QUERIES["fill_demo"], (Jsonb(leads()),)).fetchone()
    return int(row[0]) if row else 0


def leads() -> list[dict[str, Any]]:
    """The leads, with times as minutes before now."""
    chance = random.Random(SEED)  # noqa: S311 - nothing secret
    return [_lead(chance) for _ in range(COUNT)]


def _lead(chance: random.Random) -> dict[str, Any]:
    first, last, company = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES), chance.choice(COMPANIES)
    lead_type = chance.choices(list(TOPICS), weights=(6, 3, 2))[0]
    subject, message = chance.choice(TOPICS[lead_type])
    # More leads lately than two months ago, and an older one has had more time to be dealt with.
    age = int(60 * 24 * 60 * chance.random() ** 1.4)
    days = age / 1440
    status = chance.choices(
        ("unread", "processing", "contacted", "archived"),
        weights=(8 if days < 3 else 0.5, 3, 2 + min(days, 20) / 4, min(days, 40) / 10),
    )[0]
    answered = status == "contacted" or (status == "archived" and chance.random() < 0.6)
    source = chance.choice(SOURCES) if chance.random() < 0.8 else None
    plain = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalpha() or c == "."))
    domain = "".join(c for c in company.lower() if c.isalnum())
    return {
        "lead_type": lead_type,
        "name": f"{first} {last}",
        "email": f"{plain}@{domain}.example",
        "subject": subject,
        "message": f"Hello,\n\n{message}\n\nKind regards\n{first}",
        "company": company if chance.random() < 0.85 else None,
        "phone": f"+44 20 7946 0{chance.randrange(1000):03d}" if chance.random() < 0.3 else None,
        "role": chance.choice(ROLES) if chance.random() < 0.9 else None,
        "source": source,
        "consent": True,
        "status": status,
        "priority": chance.choices(("low", "medium", "high", "urgent"), weights=(2, 8, 3, 1))[0],
        "quality_score": chance.randrange(20, 101) if status != "unread" and chance.random() < 0.7 else None,
        "tags": sorted(chance.sample(TAGS, chance.choice((0, 0, 1, 2)))) if status != "unread" else [],
        "minutes_ago": age,
        "answered_after": int(min(age, chance.lognormvariate(5.5, 1.2))) if answered else None,
        "metadata": {
            "ip_address": f"203.0.113.{chance.randrange(1, 255)}",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "origin": "https://www.example.com",
            **({"utm": {"utm_source": source, "utm_medium": "web"}} if source else {}),
            "demo": True,
        },
    }
