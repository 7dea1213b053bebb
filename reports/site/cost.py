"""What it cost: seconds, memory, and the models that the labels were bought for."""

from __future__ import annotations

from reports.site import cost_front, cost_seconds
from reports.site.content import Content
from reports.site.files import Files
from reports.site.page import Filled


def fill(content: Content, files: Files) -> Filled:
    """Compute the parts of the page."""
    cells = cost_front.named_cells(content)
    return {
        "answers": cost_front.answers(content, cells),
        "front": cost_front.front(content, cells).sent(files),
        "cells": cost_seconds.by_budget(content).sent(files),
        "memory": cost_seconds.memory(content).sent(files),
        "run": cost_seconds.of_run(content).sent(files),
    }
