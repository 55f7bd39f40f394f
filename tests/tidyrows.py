"""Rows of the tidy table, as tests want them: one partner's exports, what matters said."""

_KINDS = dict.fromkeys(("WLD", "EU", "EUROPE", "CIS"), "aggregate") | {"XXX": "residual"}


def row(partner, value, **other):
    """Return one row: Kazakhstan's exports to a partner in 2023, but for what is said."""
    year = other.get("year", 2023)
    return {
        "reporter": "KAZ",
        "partner": partner,
        "partner_name": partner.title(),
        "kind": _KINDS.get(partner, "country"),
        "flow": "export",
        "year": year,
        "period": str(year),
        "months": 12,
        "product": "TOTAL",
        "classification": None,
        "value": value,
        "currency": "USD",
        "share_published": None,
        "vintage": "2024-07-25",
        "status": "final",
        "source": "kaz",
        "sheet": "1",
        "cell": "D1",
        "proof": "proved",
    } | other


def exports(**values):
    """Return a row for each partner and value."""
    return [row(partner, value) for partner, value in values.items()]
