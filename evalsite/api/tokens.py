"""A token for a password: what programs send instead of logging in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.authtoken.models import Token
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, Throttled
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from evalsite.api.fields import Input, Output
from evalsite.api.permissions import IsStaff


class PasswordSerializer(Input):
    """Who asks."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False, style={"input_type": "password"})


class TokenSerializer(Output):
    """What to send in the header ``Authorization: Token …``."""

    token = serializers.CharField()


class TokenView(APIView):
    """A user's one token: got for the password, taken back by itself.

    ``manage.py drf_create_token NAME`` on the server makes one as well, and another one with ``-r``.
    """

    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "token"

    def get_permissions(self) -> list[BasePermission]:
        """Whoever knows a password may have a token; only its owner can take it back."""
        return [IsStaff() if self.request and self.request.method == "DELETE" else AllowAny()]

    @extend_schema(
        request=PasswordSerializer, responses=TokenSerializer, auth=[], operation_id="token_create"
    )
    def post(self, request: Request) -> Response:
        """The token of a member of the staff; the same one each time."""
        asked = PasswordSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        token, _ = Token.objects.get_or_create(user=_log_in(request, **asked.validated_data))
        return Response(TokenSerializer({"token": token.key}).data)

    @extend_schema(request=None, responses={204: None}, operation_id="token_destroy")
    def delete(self, request: Request) -> Response:
        """Take one's token back: nothing that sends it gets in any more."""
        Token.objects.filter(user__username=request.user.get_username()).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _log_in(request: Request, username: str, password: str) -> Any:
    """The user of that name and password. Raises what `errors.handle` answers with 401, 403 or 429."""
    plain = request._request  # what counts failed attempts reads and marks Django's own request
    user = authenticate(plain, username=username, password=password)
    if getattr(plain, "axes_locked_out", False):
        plain.axes_locked_out = False  # type: ignore[attr-defined]  # its middleware would answer in HTML
        raise Throttled(detail="There were too many failed attempts with this name.")
    if user is None:
        raise AuthenticationFailed("The user name or the password is wrong.")
    if not user.is_staff:
        raise PermissionDenied("Only members of the staff have a token.")
    return user
