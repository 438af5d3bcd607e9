"""The history of the database, one file per step; run at every start by `api.database.migrate`."""
