"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Staff go on to the results; anybody else reads what this site is."""
    if request.user.is_staff:
        return redirect("results:index")
    return render(request, "launch/landing.html")
