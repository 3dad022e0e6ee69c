"""Runs Debian's `openstack` and `glance` over and over without starting Python and loading their plugins each time.

Each line of standard input is a command (JSON: number, program, args, env, stdout, stderr); a process of its own,
forked off one that has everything loaded, runs the program's own `main` as its script in /usr/bin does. Each line of
standard output says with which code a command ended. The programs look for their files in the directory that this
was started in.
"""

import importlib
import json
import os
import signal
import sys
import traceback

MODULES = {
    'openstack': [
        'openstackclient.shell',
        'openstackclient.image.v2.image',
        'openstackclient.identity.v3.application_credential',
        'openstackclient.identity.v3.project',
        'openstackclient.identity.v3.role',
        'openstackclient.identity.v3.role_assignment',
        'openstackclient.identity.v3.token',
        'openstackclient.identity.v3.user',
        'openstack.connection',
        'openstack.image.v2._proxy',
        'keystoneclient.v3.client',
    ],
    'glance': ['glanceclient.shell', 'glanceclient.v2.client', 'glanceclient.v2.shell', 'keystoneauth1.session'],
}


def load(program):
    """Everything that the program loads before it looks at its arguments, plugins included."""
    main = [importlib.import_module(name) for name in MODULES[program]][0].main
    if program == 'openstack':
        output, sys.stdout = sys.stdout, open(os.devnull, 'w')
        try:
            main(['--version'])
        except SystemExit:
            pass
        finally:
            sys.stdout = output
    return main


def run(main, command):
    os.environ.clear()
    os.environ.update(command['env'])
    # glance takes a standard input that is no terminal for the image's data.
    os.dup2(os.open('/dev/ptmx', os.O_RDWR | os.O_NOCTTY), 0)
    for number, name in ((1, 'stdout'), (2, 'stderr')):
        os.dup2(os.open(command[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = (open(number, mode) for number, mode in ((0, 'r'), (1, 'w'), (2, 'w')))
    sys.argv = ['/usr/bin/' + command['program'], *command['args']]
    try:
        sys.exit(main())
    except SystemExit as ending:
        code = ending.code
        if isinstance(code, str):
            print(code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def answer(number, code):
    os.write(1, (json.dumps({'number': number, 'code': code}) + '\n').encode())


def serve(programs):
    mains = {program: load(program) for program in programs}
    # Whoever waits for a command ends by itself.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        command = json.loads(line)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            child = os.fork()
            if child == 0:
                run(mains[command['program']], command)
            answer(command['number'], os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            os._exit(0)


if __name__ == '__main__':
    serve(sys.argv[1:])
