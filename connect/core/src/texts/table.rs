//! What Connect says, in English: the original of the catalogues, together with the help in the grammar.

migasfree_types::texts! {
    /// Something that Connect says.
    pub enum Text {
        ErrorNoServer: "Connect knows no server yet; sign in with `migasfree-connect login --server ADDRESS`.";
        ErrorAddress(address): "`{ $address }` is not the address of a server; write it as in fleet.example.org.";
        ErrorInsecure(address): "{ $address } is http, where everybody on the way can read and change what is said; use https.";
        ErrorAuthority(reason): "The certificates of the authority cannot be used: { $reason }";
        ErrorUnreachable(server, reason): "{ $server } cannot be reached: { $reason }. Check the address and your network; `--ca FILE` names an authority of your own.";
        ErrorUnintelligible(server, reason): "{ $server } answered something else than expected ({ $reason }); it may be another version.";
        ErrorStatus(server, status): "{ $server } cannot do that: it answered with status { $status }.";
        ErrorSignIn: "You are not signed in, or not any more; use `migasfree-connect login`.";
        ErrorLoginDenied: "The sign-in was refused in the browser.";
        ErrorLoginExpired: "Nobody confirmed the sign-in in time; use `migasfree-connect login` again.";
        ErrorSecrets(reason): "The secret that keeps you signed in cannot be kept: { $reason }";
        ErrorFile(file, reason): "{ $file }: { $reason }";
        ErrorOpenToOthers(file): "Others can read { $file }; use `chmod 600` on it, or remove it and sign in again.";
        ErrorLink(link): "`{ $link }` is no link that Connect opens.";
        ErrorAccount(name): "`{ $name }` is no name of an account.";
        ErrorPlace(place): "`{ $place }` is not COMPUTER:PATH.";
        ErrorNoComputer(name): "No computer that you may see is called `{ $name }`; `migasfree-connect search` finds part of a name, a user or an address.";
        ErrorSeveral(name, computers): "`{ $name }` is more than one computer; name one by its number: { $computers }";
        ErrorRecording: "This is no recording that can be played.";
        ErrorNoTerminal: "This needs a terminal.";
        ErrorNoViewer(programs): "No viewer is installed; install one of these: { $programs }. `migasfree-connect forward` opens the port for any other.";
        ErrorNoWindow: "The window for screens is not installed: install the package `migasfree-connect-screen`.";
        ErrorWindow: "The window for the screen did not open, or did not last; it needs a desktop, X11 or Wayland.";
        ErrorNoProgram(program): "`{ $program }` is not installed.";
        ErrorProgram(program, reason): "`{ $program }` cannot be started: { $reason }";
        ErrorPort(port, reason): "Port { $port } of this computer cannot be used: { $reason }";
        ErrorDifferent(file): "What arrived as { $file } is not what was sent: its hash is another one. It was removed; try again.";
        ErrorChanged(file): "{ $file } changed while it was sent; try again.";
        ErrorExists(file): "{ $file } is there already; use `--force` to replace it.";
        ErrorOutput(reason): "What was said could not be written: { $reason }";

        FailureOffline(computer): "{ $computer } is not connected. Ask whether it is switched on and has a network, and try again.";
        FailureRefused(computer): "The person at { $computer } refused.";
        FailureNobodyThere(computer): "Nobody at { $computer } answered the question; call, and try again.";
        FailureNoRight(computer): "You have no right to do that at { $computer }; an administrator can give it to you.";
        FailurePolicy(computer, reason): "The rules for { $computer } do not allow it: { $reason }";
        FailureExpired: "It took too long, and the permission is no longer good; try again.";
        FailureUsed: "This permission was used already; try again.";
        FailureUnknown(reason): "The server knows no such session any more: { $reason }";
        FailureBusy(computer): "{ $computer } is busy with other sessions; try again later.";
        FailureLimit(reason): "There is a limit: { $reason }";
        FailureNotReachable(computer, reason): "Nothing answers there at { $computer }: { $reason }";
        FailureNoSuchUser(computer): "{ $computer } has no such account; name another one with `--user`.";
        FailureEndedByPerson(computer): "The person at { $computer } ended the session.";
        FailureEndedByOperator: "The session was ended from another place.";
        FailureRevoked: "The right to this session was taken back.";
        FailureReplaced: "The session goes on in another place.";
        FailureDraining: "The server is being restarted; try again in a moment.";
        FailureProtocol(reason): "The two ends do not understand each other ({ $reason }); one may be another version.";
        FailureLost: "The connection broke, and could not be made again in time.";
        FailureFailed(computer, reason): "{ $computer } could not do it: { $reason }";

        LoginOpen(address): "Sign in in your browser: { $address }";
        LoginCode(code): "and compare the code: { $code }";
        LoginDone(server): "You are signed in at { $server }.";
        LogoutDone(server): "You are signed out of { $server }; in the console, under your account, the program can be let out for good.";
        SecretsInFile(file): "There is no keyring here: what keeps you signed in is kept in { $file }, which only you can read.";
        Asking(computer): "The person at { $computer } is being asked…";
        TerminalOpen(computer): "You are at { $computer }. Enter, ~ and . leave; Enter, ~ and ? say more.";
        TerminalRecorded: "This session is recorded.";
        ScreenOpen(computer): "You are at the screen of { $computer }. Ctrl Alt Enter fills your screen, Ctrl Alt Page down shows the next monitor, Ctrl Alt End sends Ctrl Alt Delete; close the window to leave.";
        ScreenGone(computer): "The screen of { $computer } is gone: the person there signed out, or the desktop ended.";
        WindowConnecting: "connecting…";
        WindowControl: "control";
        WindowControlRecorded: "control, recorded";
        WindowView: "view only";
        WindowViewRecorded: "view only, recorded";
        TerminalKeys: "~. leaves, ~~ writes ~, ~? says this.";
        Broken: "The connection broke; it is being made again…";
        Resumed: "The connection is there again.";
        Forwarding(address, port, computer): "{ $address } leads to { $port } of { $computer }. Ctrl C ends that.";
        CertificateUnknown(computer): "The server knows no RDP certificate of { $computer }: the viewer asks you about it.";
        CertificateToCompare(computer, fingerprint): "The viewer asks you about the certificate. Say yes only if it is the one that { $computer } reported, by SHA-256: { $fingerprint }";
        HostKeysUnknown(computer): "The server knows no host keys of { $computer }: ssh asks you about them, and remembers them.";
        Transferred(file, size): "{ $file }: { $size } bytes";
        Progress(file, percent): "{ $file }: { $percent } %";
        SessionEnded(session): "Session { $session } is ended.";
        Cancelled: "Interrupted.";
        Nothing: "Nothing was found.";
        MoreFound(shown, count): "{ $shown } of { $count } are shown; search for more letters.";
        ChooserTitle: "Which computer?";
        ChooserKeys: "Type a name, a user, a number or an address. Enter opens a terminal, Ctrl S the screen, Esc leaves.";
        PressEnter: "Press Enter to close this.";
        Yes: "yes";
        No: "no";

        ColumnComputer: "CID";
        ColumnName: "Name";
        ColumnUser: "User";
        ColumnAddress: "Address";
        ColumnOnline: "Online";
        ColumnLastSeen: "Last seen";
        ColumnSession: "Session";
        ColumnOperator: "Operator";
        ColumnService: "Service";
        ColumnState: "State";
        ColumnBegun: "Since";
        ColumnSize: "Size";

        HelpUsage: "Usage";
        HelpCommands: "Commands";
        HelpCommand: "COMMAND";
        HelpArguments: "Arguments";
        HelpOptions: "Options";
        HelpHelp: "Print help";
    }
}
