"""Tables as a page draws them: of rows and cells, of boxes with the roles of a grid, or of boxes alone."""

from collections.abc import Sequence

from playwright.async_api import Locator as PageLocator

from orchestrator.contract.actions.read import ExtractTable
from orchestrator.contract.actions.targets import Target
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from robot.actions.box_rows import LINES
from robot.actions.columns import Columns, column_names, wanted_columns
from robot.actions.work import Work
from robot.browser.limits import limited
from robot.errors import ActionError

Rows = list[JsonValue]

_WORDS = """
  const drawn = part => part instanceof HTMLInputElement
    ? (part.type === 'checkbox' || part.type === 'radio' ? String(part.checked) : part.value)
    : part.getAttribute('alt') ?? part.getAttribute('aria-label') ?? part.getAttribute('title') ?? '';
  const words = part => !part.querySelector('[aria-hidden=true]') ? part.innerText
    : [...part.childNodes].map(each => each.nodeType === 3 ? each.data
      : each.nodeType !== 1 || each.ariaHidden === 'true' || !each.checkVisibility() ? '' : words(each)).join(' ');
  const isHead = cell => cell.tagName === 'TH' || cell.role === 'columnheader';
  const said = cell => words(cell).trim().replace(/[ \t]+/g, ' ') || (isHead(cell) ? '' :
    [...cell.querySelectorAll('img, input:not([type=hidden]), [aria-label], [title]')].map(drawn).join(' ').trim()
    || cell.innerText.trim() || cell.ariaChecked || cell.ariaLabel || cell.title);
"""
"""What a cell says: its words without icons that are hidden from readers (their fonts turn words into pictures); of
data without words, what its picture means, or what its field holds."""
_OF_ROWS = """
  const ofRows = table => {
    const isHeading = row => row.cells.length > 0 && [...row.cells].every(cell => cell.tagName === 'TH');
    const grid = rows => {
      const below = [];
      return rows.map(row => {
        const line = [];
        const take = () => {
          for (let held; (held = below[line.length]) && held.left > 0; held.left--) line.push(held.text);
        };
        for (const cell of row.cells) {
          take();
          for (let place = 0; place < cell.colSpan; place++) {
            const text = place && cell.tagName === 'TD' ? null : said(cell);
            below[line.length] = {text, left: (cell.rowSpan || rows.length) - 1};
            line.push(text);
          }
        }
        take();
        return line;
      });
    };
    const rows = [...table.rows];
    let heads = table.tHead ? [...table.tHead.rows] : [];
    if (!heads.length && rows.length && isHeading(rows[0])) heads = [rows[0]];
    const body = rows.filter(row => !heads.includes(row) && !row.closest('thead, tfoot'));
    const isAllHeadings = body.every(isHeading);
    const lines = grid(body).filter((_, place) => isAllHeadings || !isHeading(body[place]));
    return {head: heads.length ? grid(heads).pop() : [], rows: lines};
  };
"""
"""Header and rows as a grid: a cell over several rows stands in each of them, one over several columns in the first.
Rows of nothing but headings between rows of data are titles of groups, or what turns the pages."""
_OF_ROLES = """
  const ofRoles = root => {
    const number = (each, name) => Number(each.getAttribute(name) ?? NaN);
    const cellRoles = 'th, td, [role=gridcell], [role=cell], [role=columnheader], [role=rowheader]';
    const lines = new Map();
    const isOver = (one, other) => {
      const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
      return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3;
    };
    const isSeen = row => row.closest('canvas')  // what a drawing tells to screen readers
      || row.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    const isRow = row => !row.closest('[aria-hidden=true]') && (isSeen(row) || !root.checkVisibility());
    for (const row of [...root.querySelectorAll('[role=row], tr')].filter(isRow)) {
      const cells = [...row.querySelectorAll(cellRoles)]
        .filter(cell => cell.closest('[role=row], tr') === row && (cell.checkVisibility() || !row.checkVisibility()));
      const isApart = !number(row, 'aria-rowindex') && row.getClientRects().length === 0;
      let key = number(row, 'aria-rowindex') || row.getBoundingClientRect().top;
      while (lines.get(key)?.some(one => isApart || cells.some(other => isOver(one, other)))) key += 1e-4;
      if (cells.length) lines.set(key, [...lines.get(key) ?? [], ...cells]);
    }
    const place = cell => number(cell, 'aria-colindex');
    const ordered = [...lines].sort(([one], [other]) => one - other).map(([, cells]) =>
      cells.every(place) ? cells.sort((one, other) => place(one) - place(other)) : cells);
    const head = ordered.filter(cells => cells.every(isHead)).pop() ?? [];
    const isNumbered = head.length > 0 && head.every(place);
    const at = (cell, index) => isNumbered && place(cell) ? head.findIndex(each => place(each) === place(cell)) : index;
    const rows = ordered.filter(cells => !cells.every(isHead)).map(cells => {
      const line = Array(head.length).fill(null);
      cells.forEach((cell, index) => { line[at(cell, index) < 0 ? line.length : at(cell, index)] = said(cell); });
      return line;
    });
    return {head: head.map(said), rows};
  };
"""
"""Rows of one number, or beside each other, are one, since grids keep fixed columns apart; they need not stand in
order. Rows that are drawn in advance behind the header are not its own."""
_OF_BOXES = """
  const ofBoxes = root => {
    const found = boxLines(root);
    if (!found) return null;
    const heads = found.head ? cellsOf(found.head) : [];
    const over = cell => heads.find(each => {
      const { left, right } = each.getBoundingClientRect();
      return left <= middle(cell) && middle(cell) <= right;
    });
    const head = heads.length ? cellsOf(found.rows[0]).map(cell => over(cell) ? said(over(cell)) : '') : [];
    return {head, rows: found.rows.map(row => cellsOf(row).map(said))};
  };
"""
_READ_TABLE = f"""element => {{
  {_WORDS}{_OF_ROWS}{_OF_ROLES}{LINES}{_OF_BOXES}
  if (element.tagName === 'TABLE') return ofRows(element);
  if (element.querySelector('[role=row]')) return ofRoles(element);
  const table = element.closest('table') ?? element.querySelector('table');
  return table ? ofRows(table) : ofBoxes(element);
}}"""


async def read_table(work: Work, table: PageLocator, parameters: ExtractTable | None = None) -> Rows:
    """The rows of one table as objects, named by its headers."""
    read = await limited(table.evaluate(_READ_TABLE, timeout=work.wait_ms()), work.left_s, "Reading the table")
    if read is None:
        message = f"{parameters.target if parameters else Target.of('table')} holds no table."
        hint = "Name a <table>, or what has the role grid, treegrid or table; other rows are read by `extract_list`."
        raise ActionError.of(ErrorKind.TARGET_NOT_FOUND, message, hint=hint)
    return _named(read["head"], read["rows"], parameters.columns if parameters else None)


def _named(head: Sequence[str], rows: Sequence[Sequence[str]], columns: Columns) -> Rows:
    width = max((len(row) for row in rows), default=0)
    wanted = wanted_columns(column_names(head, width), columns, "The table", kind=ErrorKind.TARGET_NOT_FOUND)
    return [{name: row[place] if place < len(row) else None for name, place in wanted.items()} for row in rows]
