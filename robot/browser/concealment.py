"""Secrets in a page that is shown: fields and texts that hold one are drawn as dots before a frame leaves the robot.

The search runs in a world of its own inside the page (CDP's isolated world), which the page's scripts cannot see into,
and only sets a style. What it cannot find is said in `docs/live.md`: a secret that the page itself has cut into several
pieces or drawn as a picture.
"""

from collections.abc import Callable, Collection

from playwright.async_api import CDPSession, Frame, Page
from playwright.async_api import Error as PlaywrightError

from orchestrator.contract.ids import JsonValue

SHORTEST = 3
"""A shorter secret is only looked for as the whole of a field or a text."""
_WORLD = "botswain"
_SEARCH = """
function (long, short) {
  const holds = text => short.includes(text.trim()) || long.some(each => text.includes(each));
  const mine = globalThis.__hidden ??= new WeakSet();
  const property = '-webkit-text-security';
  let found = 0;
  const hide = element => {
    if (!element || !element.style || element.style.getPropertyValue(property) === 'disc') return;
    element.style.setProperty(property, 'disc', 'important');
    mine.add(element);
    found += 1;
  };
  const show = element => {
    if (mine.delete(element)) element.style.removeProperty(property);
  };
  const field = element => {
    if (element.type === 'password' || !element.value) show(element);
    else if (holds(element.value)) hide(element);
    else show(element);
  };
  const look = root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        if (holds(node.nodeValue)) hide(node.parentElement ?? root.host);
      } else if (node.nodeType === Node.ELEMENT_NODE) {
        if (node.shadowRoot) look(node.shadowRoot);
        if (node.tagName === 'INPUT' || node.tagName === 'TEXTAREA') field(node);
      }
    }
  };
  look(document);
  return found;
}
"""


class Concealment:
    """Hides the secrets of one run, in one page after the other."""

    def __init__(self, secrets: Callable[[], Collection[str]]) -> None:
        """`secrets`: those of this moment; a run may learn of more."""
        self._secrets = secrets
        self._lines: dict[Frame, CDPSession | None] = {}
        """Frames that live in a process of their own have a line of their own; None for all others."""

    @property
    def is_needed(self) -> bool:
        """True when the run has a secret."""
        return bool(self._secrets())

    async def hide(self, page: Page, devtools: CDPSession) -> int:
        """Hide what the page shows of the secrets now; how many places were found that were not hidden yet."""
        found = await self._hide_in(devtools)
        for frame in page.frames[1:]:
            line = await self._line_of(page, frame)
            if line is not None:
                found += await self._hide_in(line)
        return found

    async def _hide_in(self, devtools: CDPSession) -> int:
        found, tree = 0, (await devtools.send("Page.getFrameTree"))["frameTree"]
        waiting = [tree]
        while waiting:
            node = waiting.pop()
            waiting.extend(node.get("childFrames", ()))
            found += await self._hide_in_frame(devtools, node["frame"]["id"])
        return found

    async def _hide_in_frame(self, devtools: CDPSession, frame_id: str) -> int:
        try:
            world = await devtools.send("Page.createIsolatedWorld", {"frameId": frame_id, "worldName": _WORLD})
            told = await devtools.send(
                "Runtime.callFunctionOn",
                {
                    "functionDeclaration": _SEARCH,
                    "executionContextId": world["executionContextId"],
                    "arguments": self._arguments(),
                    "returnByValue": True,
                },
            )
        except PlaywrightError:
            return 1  # the frame is going to another page: what was captured of it is not shown
        return int(told["result"].get("value") or 0)

    def _arguments(self) -> list[dict[str, JsonValue]]:
        secrets = sorted(self._secrets())
        long: list[JsonValue] = [each for each in secrets if len(each) >= SHORTEST]
        short: list[JsonValue] = [each for each in secrets if len(each) < SHORTEST]
        return [{"value": long}, {"value": short}]

    async def _line_of(self, page: Page, frame: Frame) -> CDPSession | None:
        if frame not in self._lines:
            self._lines = {each: line for each, line in self._lines.items() if not each.is_detached()}
            try:
                self._lines[frame] = await page.context.new_cdp_session(frame)
            except PlaywrightError:
                self._lines[frame] = None  # it is a part of the page's own process
        return self._lines[frame]
