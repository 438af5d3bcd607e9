"""The page at `/`: each part a module, all of it printed by the templates (da: forsiden)."""
