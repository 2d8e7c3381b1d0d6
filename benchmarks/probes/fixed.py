"""A transport for httpx2 that gives the same bytes to every request."""

import httpx2

URL = "https://api.example/v1/videos/text2video"
ANSWER = (
    b'{"code":0,"message":"SUCCEED","request_id":"6f2b5a0e-3c1d-4f60-9a76-0d0f2f7a4b11","data":{"task_id":"844207512345678901",'
    b'"task_info":{},"task_status":"submitted","created_at":1790000000000,"updated_at":1790000000000}}'
)


class Fixed(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    """Answers at once."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer."""
        return httpx2.Response(200, headers={"content-type": "application/json"}, content=ANSWER)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer."""
        return self.handle_request(request)
