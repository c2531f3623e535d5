"""What is to be asked next: few requests at a time, images before pages, and no more than are wanted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from lesionlab.collect.web.findings import Archive, Page
from lesionlab.records.collected import ManifestRecord

Task = Page | Archive | ManifestRecord


class Frontier:
    """The tasks of a crawl; a list page comes only when nothing else waits, so that memory stays flat.

    `limit` counts images here already or kept; no more are under way than could still be wanted.
    """

    def __init__(self, limit: int, max_pages: int, at_once: int) -> None:
        self.kept = 0
        self.pages_asked = 0
        self.closed = ""
        self._limit = limit
        self._max_pages = max_pages
        self._at_once = at_once
        self._under_way = 0
        self._images: deque[ManifestRecord] = deque()
        self._archives: deque[Archive] = deque()
        self._items: deque[Page] = deque()
        self._lists: deque[Page] = deque()

    def add(self, task: Task) -> None:
        """Put a task at the end of its queue."""
        if isinstance(task, ManifestRecord):
            self._images.append(task)
        elif isinstance(task, Archive):
            self._archives.append(task)
        else:
            (self._items if task.kind == "item" else self._lists).append(task)

    def ended(self) -> None:
        """Note that a task under way has come to its end."""
        self._under_way -= 1

    def close(self, reason: str) -> None:
        """Hand out nothing more."""
        self.closed = self.closed or reason

    @property
    def images_waiting(self) -> int:
        """Return how many images and pages of single images are known and not asked for yet."""
        return len(self._images) + len(self._items)

    @property
    def full(self) -> bool:
        """Tell whether as many images are here as were asked for."""
        return self.kept >= self._limit

    @property
    def exhausted(self) -> bool:
        """Tell whether nothing is left to ask."""
        return not (self._images or self._archives or self._items or self._lists or self._under_way)

    def next(self) -> Iterator[Task]:
        """Yield the tasks that may begin now."""
        while not self.closed and self._under_way < self._at_once and self.kept + self._under_way < self._limit:
            task = self._pop()
            if task is None:
                return
            self._under_way += 1
            yield task

    def _pop(self) -> Task | None:
        if self._images:
            return self._images.popleft()
        if self._items:
            return self._page(self._items)
        if self._under_way:  # an archive or a list page goes alone: each may hold very many images
            return None
        if self._archives:
            return self._archives.popleft()
        return self._page(self._lists) if self._lists else None

    def _page(self, queue: deque[Page]) -> Page | None:
        if self.pages_asked >= self._max_pages:
            self.close(f"The site's limit of {self._max_pages:,} pages was reached.")
            return None
        self.pages_asked += 1
        return queue.popleft()
