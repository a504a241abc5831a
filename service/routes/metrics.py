"""What the service has counted, for Prometheus."""

import ipaddress

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sanic import Blueprint, HTTPResponse, NotFound, Request, raw

from service.guard import Access

blueprint = Blueprint("metrics")

# What proxies add. From one that TRUSTED_PROXIES doesn't name, the visitor's address isn't known.
FORWARDED = ("x-forwarded-for", "forwarded", "fly-client-ip", "x-real-ip", "via")


@blueprint.route("/metrics", methods=["GET", "HEAD"], ctx_access=Access.OPEN)
async def metrics(request: Request) -> HTTPResponse:
    """The text format; 404 for whom METRICS excludes."""
    who = request.app.ctx.settings.metrics
    if who == "off" or (who == "private" and not _comes_from_nearby(request)):
        raise NotFound
    request.app.ctx.recorder.listeners(request.app.ctx.events.count)
    return raw(request.app.ctx.report.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


def _comes_from_nearby(request: Request) -> bool:
    """Whether it is from this machine or a private network, and not brought from afar by a proxy."""
    address = request.ctx.address
    if address and not ipaddress.ip_address(address).is_private:
        return False
    return not any(name in request.headers for name in FORWARDED)
