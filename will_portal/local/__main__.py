import sys

from will_portal.local.bootstrap import arguments, told

if __name__ == "__main__":
    with told():
        # Imported late: a Ctrl+C while packages load must end as quietly as one at any other time.
        from will_portal.local.commands import COMMANDS

        options = arguments(sys.argv[1:])
        sys.exit(COMMANDS[options.command](options))
