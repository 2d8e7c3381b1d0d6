"""Starts a family file from a template that lints."""

import re
from keyword import iskeyword
from pathlib import Path

from .errors import SpecError

_TEMPLATE = """\
# yaml-language-server: $schema=../family.schema.json
# {title}: say here what it makes.
x-kling-family:
  name: {name}
  title: {title}
  lifecycle: task
  result: videos
  pack: video
x-kling-source: {{page: {title}, seen: {month}, trust: guess}}
paths:
  /v1/videos/{path}:
    post:
      operationId: {name}.create
      summary: Start a task.
      requestBody:
        required: true
        content:
          application/json:
            schema: {{$ref: '#/components/schemas/{name}.Create'}}
            examples:
              minimal:
                summary: The least that is needed.
                value: {{prompt: A paper boat}}
      responses: {{'200': {{$ref: '#/components/responses/TaskCreated'}}}}
      callbacks: {{status: {{$ref: '#/components/callbacks/VideoTaskStatus'}}}}
    get:
      operationId: {name}.page
      summary: List the account's tasks of this kind.
      parameters:
        - $ref: '#/components/parameters/PageNum'
        - $ref: '#/components/parameters/PageSize'
      responses: {{'200': {{$ref: '#/components/responses/VideoTaskPage'}}}}
  /v1/videos/{path}/{{id}}:
    get:
      operationId: {name}.get
      summary: Look at one task.
      parameters:
        - $ref: '#/components/parameters/TaskId'
      responses: {{'200': {{$ref: '#/components/responses/VideoTask'}}}}
components:
  schemas:
    {name}.Create:
      type: object
      description: What a task is made from.
      required: [prompt]
      properties:
        prompt: {{type: string, maxLength: 2500, description: What to show.}}
        mode: {{type: string, enum: [std, pro], default: std, description: The quality.}}
        negative_prompt: {{type: string, maxLength: 2500, description: What not to show.}}
        callback_url: {{$ref: '#/components/schemas/shared.CallbackUrl'}}
        external_task_id: {{$ref: '#/components/schemas/shared.ExternalTaskId'}}
      x-kling-rules:
        - {{id: {rule}-negative-needs-pro, kind: only_with, field: negative_prompt, when: {{mode: [pro]}}}}
        - {{id: {rule}-external-id-unique, kind: unique, field: external_task_id}}
"""


def new_family(name: str, folder: Path, month: str) -> Path:
    """Write a family file into a spec folder and return its path.

    `month` is when the reference was read, like 2026-03. Raises `SpecError` for a bad name or one that is taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or iskeyword(name):
        raise SpecError(f"{name!r} cannot name a family; write it like text_to_video: make new FAMILY=text_to_video")
    path = folder / "families" / f"{name}.yaml"
    if path.exists():
        raise SpecError(f"{path} exists already; edit it")
    title = name.replace("_", " ").title()
    path.write_text(
        _TEMPLATE.format(name=name, title=title, path=name.replace("_", "-"), rule=name.replace("_", "-"), month=month)
    )
    return path
