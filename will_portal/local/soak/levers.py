"""What the soak puts into its database to hold a worker in the middle, or to make one initiative fail."""

import contextlib

import psycopg

from will_portal.local.soak.people import Unmet, dsn

# The portal's own locks begin with smaller numbers.
FIRST_BITS = 7
KEY, FIRST_COMER = (f"({FIRST_BITS}::bigint << 60 | {number})" for number in (0, 1))
INSTALL = f"""
    CREATE TABLE soak_levers (initiative_id bigint, what text);
    CREATE FUNCTION soak_pull() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        pulled text := (SELECT what FROM soak_levers WHERE initiative_id = NEW.initiative_id);
    BEGIN
        -- Whoever comes second, if the portal lets anybody, passes the first.
        IF pulled = 'hold' AND pg_try_advisory_xact_lock({FIRST_COMER}) THEN
            PERFORM pg_advisory_xact_lock_shared({KEY});
        ELSIF pulled = 'fail' THEN
            RAISE EXCEPTION 'This initiative fails' USING ERRCODE = 'data_exception';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER soak_pulled BEFORE INSERT OR UPDATE ON evaluation_monthlytotal
        FOR EACH ROW EXECUTE FUNCTION soak_pull();"""  # nosec B608: numbers of ours
# The upper half of the number of an advisory lock is its classid.
HELD = f"""
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = {FIRST_BITS << 28}
    )"""  # nosec B608: a number of ours


def install(session):
    session.execute(INSTALL)


@contextlib.contextmanager
def pulled(scene, what):
    scene.session.execute("INSERT INTO soak_levers VALUES (%s, %s)", [scene.quiet, what])
    try:
        yield
    finally:
        # The server may have been away meanwhile.
        scene.reconnect()
        scene.session.execute("TRUNCATE soak_levers")


@contextlib.contextmanager
def held(scene, set_off):
    """Hold a worker between what it has read and its commit, for the block; `set_off` brings it there."""
    with pulled(scene, "hold"), contextlib.closing(psycopg.connect(dsn(), autocommit=True)) as gate:
        gate.execute(f"SELECT pg_advisory_lock({KEY})")
        # One that was on its way already may pass before the gate holds it.
        for _attempt in range(3):
            set_off()
            if scene.comes_about(lambda: scene.value(HELD), patience=7):
                break
        else:
            raise Unmet("no worker came to sum what was changed")
        yield
