"""From a film to takes that somebody looked at: agents, stages, the books, the store and the engine.

Opening this package loads neither the engine nor the database: `unplastic.pipeline.project` and
`unplastic.pipeline.worker` do.
"""
