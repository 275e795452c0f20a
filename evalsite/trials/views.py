"""The rater's pages: parse, one call, respond."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from evalsite.trials import services
from evalsite.trials.bootstrap import rater_config, welcome_config
from evalsite.trials.models import Session
from evalsite.trials.rater_http import answers_json, answers_page, give_cookie, owned_sessions
from evalsite.trials.selectors import find_session, find_study
from evalsite.trials.state import describe_completion, describe_refusal, describe_state
from evalsite.trials.stimuli import read_stimulus
from evalsite.trials.wire import parsing


@require_GET
@ensure_csrf_cookie
@answers_page
def arrive(request: HttpRequest, slug: str) -> HttpResponse:
    """The link to a study: the way back to a session of one's own, or a new rater's consent page."""
    study, arrival = find_study(slug), parsing.read_arrival(request.GET)
    found = services.recognise_rater(study=study, returning=owned_sessions(request), **vars(arrival))
    if isinstance(found, Session):
        return give_cookie(redirect("trials:rater", found.pk), request, found)
    protocol = found.version.protocol
    context = {"title": protocol["title"], "config": welcome_config(request, slug, protocol)}
    return render(request, "trials/welcome.html", context)


@require_POST
@answers_json
def agree(request: HttpRequest, slug: str) -> HttpResponse:
    """A new rater agrees, which begins a session, or does not, which stores nothing."""
    study, arrival = find_study(slug), parsing.read_arrival(request.GET)
    agreed, visit = parsing.read_answered_welcome(_body(request), slug)
    who = {"study": study, "returning": owned_sessions(request), **vars(arrival)}
    found: Session | services.Welcome = (
        services.begin_session(visit=visit, now=timezone.now(), **who)
        if agreed
        else services.recognise_rater(**who)
    )
    if isinstance(found, Session):
        return give_cookie(JsonResponse({"enter": reverse("trials:rater", args=[found.pk])}), request, found)
    return JsonResponse({"enter": None, "state": describe_refusal(found.version.protocol, found.arrival)})


@require_GET
@permission_required("studies.change_study")
@answers_page
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """A study as a rater sees it, for those who may change it; nothing of it is kept."""
    session = services.start_preview(study=find_study(slug), now=timezone.now())
    return give_cookie(redirect("trials:rater", session.pk), request, session)


@require_GET
@ensure_csrf_cookie
@answers_page
def rater(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The one page of a session; everything else happens inside it."""
    session = _own(request, session_id)
    context = {"title": session.version.protocol["title"], "config": rater_config(request, session)}
    return render(request, "trials/rater.html", context)


@require_GET
@answers_json
def state(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Where the session is."""
    return JsonResponse(describe_state(_own(request, session_id)))


@require_POST
@answers_json
def consent(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The rater agrees, or does not."""
    session, agreed = _own(request, session_id), parsing.read_consent(_body(request))
    return JsonResponse(
        describe_state(services.record_consent(session=session, agreed=agreed, now=timezone.now()))
    )


@require_POST
@answers_json
def device(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """What the rater's browser and screen are."""
    session, measured = _own(request, session_id), parsing.read_device(_body(request))
    return JsonResponse(
        describe_state(services.record_device(session=session, device=measured, now=timezone.now()))
    )


@require_POST
@answers_json
def begin(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The rater has read the instructions."""
    session = _own(request, session_id)
    parsing.read_nothing(_body(request))
    return JsonResponse(describe_state(services.begin_trials(session=session, now=timezone.now())))


@require_GET
@answers_json
def block(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The trials that wait for an answer."""
    return JsonResponse(services.deliver_block(session=_own(request, session_id), now=timezone.now()))


@require_POST
@answers_json
def responses(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Answers, each stored exactly once."""
    session, submissions = _own(request, session_id), parsing.read_submissions(_body(request))
    done = services.record_responses(session=session, submissions=submissions, now=timezone.now())
    return JsonResponse(done.to_json())


@require_POST
@answers_json
def set_aside(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A trial that the page can't show."""
    session, position = _own(request, session_id), parsing.read_trial(_body(request))
    done = services.set_aside_trial(session=session, position=position, now=timezone.now())
    return JsonResponse(done.to_json())


@require_POST
@answers_json
def complete(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The rater is done."""
    session = _own(request, session_id)
    parsing.read_nothing(_body(request))
    ending = services.complete_session(session=session, now=timezone.now())
    return JsonResponse(describe_completion(session, ending))


@require_GET
@answers_json
def stimulus(request: HttpRequest, session_id: UUID, name: str) -> HttpResponse:
    """An image under its opaque name; every answer has the same headers and length."""
    return HttpResponse(read_stimulus(_own(request, session_id), name), content_type="image/png")


@require_GET
@answers_page
def timing(request: HttpRequest) -> HttpResponse:
    """A page that flashes a patch in a corner, for a photodiode or a fast camera."""
    return render(request, "trials/timing.html")


def _own(request: HttpRequest, session_id: UUID) -> Session:
    return find_session(session_id, among=owned_sessions(request))


def _body(request: HttpRequest) -> parsing.Json:
    return parsing.read_body(request.body, request.content_type or "")
