"""What Rust does inside one body: which check dominates which use, what a value is made of, what is dropped when.

Everything works lazily on a `model.body.Body`; what needs types asks a small protocol that `program/` fulfils.

- `graph.Graph(body)`: blocks in order, dominators, paths that avoid something.
- `values.Values(body)`: what an operand is, as an expression over places: `self.len - 1`, `p.is_null()`.
- `conditions.facts_of_edge`, `checks.Checks`: what is known at a point because a branch was taken.
- `writes.Writes`: which operation may change which place, and whether one may on the way between two points.
- `sources.Sources`: the parameters, fields and calls that a value comes from (taint).
- `drops.Drops(body, Graph(body), typing)`: which possible drops are real (`decision(point)`), what is initialised
  (`initialised(point, place)`), and what is dropped, in order, if an operation unwinds (`unwind_drops(point)`).
  Answers are yes, no or maybe; parts that were moved out are named. `typing` is a `typing.Typing`: `Untyped(body)`
  knows annotations only, `program/` knows more.
"""
