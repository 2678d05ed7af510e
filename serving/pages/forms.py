"""Small forms that pages send."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from serving.api.guard import RefusedError


async def read_form(request: Request) -> "Fields":
    """A small form.

    Raises:
        RefusedError: it is too big, or none.
    """
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > 20_000:
            raise RefusedError(413, "this form is too big")
    try:
        return Fields(parse_qsl(read.decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise RefusedError(400, "this form cannot be read") from None


class Fields(dict[str, str]):
    """The fields of a form; one that is missing is the sender's mistake."""

    def __missing__(self, field: str) -> str:
        raise RefusedError(400, f"the form lacks {field}")
