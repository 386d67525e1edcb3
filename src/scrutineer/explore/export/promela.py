"""A model in Promela, for SPIN: one step of the model is one `d_step`.

`spin -a model.pml && cc -DNOREDUCE -DSAFETY -o pan pan.c && ./pan` explores it. Without partial-order reduction
SPIN stores the states of the search at every access, and two more: before the memory has its initial values,
and before the threads run.
"""

from __future__ import annotations

from scrutineer.explore.compile import compile_model
from scrutineer.explore.export.promela_step import Names, StepText, comment
from scrutineer.explore.model import Model
from scrutineer.explore.program import Node, Program, is_awake
from scrutineer.explore.steps import END, SYNCHRONISING, Release, Wait


def promela(model: Model) -> str:
    """Return the model as Promela text. Raises ModelError where the model is not well formed."""
    program = compile_model(model)
    names = Names()
    threads = [_proctype(program, names, t) for t in range(len(model.threads))]
    parts = [
        f"/* {comment(model.name)}: explored by SPIN without partial-order reduction (-DNOREDUCE -DSAFETY) */",
        f"int pc[{len(model.threads)}];",
        *_declarations(model, names),
        "",
        *threads,
        *_init(program, names),
    ]
    return "\n".join(parts) + "\n"


def _declarations(model: Model, names: Names) -> list[str]:
    lines = []
    for kind, parts in (("cell", model.cells), ("lock", model.locks)):
        for part in parts:
            size = f"[{part.size + 1}]" if part.size else ""
            lines.append(f"int {names.of(kind, part.name)}{size};")
    return lines + [f"int {names.of('cv', condition.name)};" for condition in model.conditions]


def _proctype(program: Program, names: Names, thread: int) -> str:
    nodes = program.nodes[thread]
    labels = {node.step.label: pc for pc, node in reversed(list(enumerate(nodes))) if node.step.label}
    labels[END] = len(nodes) - 1
    lines = [f"proctype t{thread}() /* {comment(program.model.threads[thread].name)} */", "{"]
    lines += [f"  int {names.of(f't{thread}', name)};" for name in program.layout.locals[thread]]
    lines.append("  do")
    for pc, node in enumerate(nodes):
        awake = is_awake(nodes, pc)
        for alternative in range(node.alternatives):
            text = StepText(program.model, names, thread)
            guard = _statements(text, node, alternative, labels, pc, awake=awake)
            at = f" /* {comment(f'{node.step.at}: {node.step.at.text}')} */" if node.step.at else ""
            body = " ".join(text.lines)
            lines.append(f"  :: d_step {{ (pc[{thread}] == {pc} && {guard}) -> {body} }}{at}")
    return "\n".join([*lines, "  od", "}", ""])


def _statements(
    text: StepText, node: Node, alternative: int, labels: dict[str, int], pc: int, *, awake: bool
) -> str:
    """Write the statements of one step, the next program counter first; return its guard."""
    text.lines.append(f"pc[{text.thread}] = {pc + 1};")
    operations = node.step.operations
    guard = "1"
    if operations and isinstance(operations[0], (*SYNCHRONISING, Release)):
        guard = text.first(node, operations[0], alternative, awake=awake)
        asleep = isinstance(operations[0], Wait) and not awake
        operations = () if asleep else operations[1:]
    text.operations(operations, labels)
    return guard


def _init(program: Program, names: Names) -> list[str]:
    model = program.model
    lines = ["init", "{", "  d_step {", "    skip;"]
    for cell in model.cells:
        name = names.of("cell", cell.name)
        places = [f"{name}[{i}]" for i in range(1, cell.size + 1)] if cell.size else [name]
        lines += [
            f"    {place} = {value};" for place, value in zip(places, cell.initial, strict=True) if value
        ]
    lines += ["  }", "  atomic {"]
    lines += [f"    run t{t}();" for t in range(len(model.threads))]
    ends = [
        f"pc[{t}] == {len(program.nodes[t])}" for t, thread in enumerate(model.threads) if not thread.forever
    ]
    final = StepText(model, names, 0)
    final.operations(model.final, {})
    lines += [
        "  }",
        "  do /* nobody can go on: all must have finished, and the final contracts hold */",
        f"  :: atomic {{ timeout -> assert({' && '.join(ends) or '1'}); {' '.join(final.lines)} }}",
        "  od",
        "}",
    ]
    return lines
