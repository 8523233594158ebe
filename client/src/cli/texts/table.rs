//! Every text in both languages, side by side.

macro_rules! texts {
    ($($name:ident: $english:literal, $spanish:literal;)+) => {
        /// Something the command line says. `{}` stands for a value.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Text {
            $($name,)+
        }

        impl Text {
            /// All of them.
            #[cfg(test)]
            pub(super) const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// English and Spanish.
            pub(super) fn both(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$name => ($english, $spanish),)+
                }
            }
        }
    };
}

texts! {
    StageConnect: "Connecting to the server", "Conectando con el servidor";
    StageHooksPre: "Running the site's scripts", "Ejecutando los scripts de la organización";
    StageAttributes: "Evaluating attributes", "Evaluando atributos";
    StageFaults: "Looking for faults", "Buscando fallas";
    StageRepositories: "Updating repositories", "Actualizando repositorios";
    StageMetadata: "Refreshing package lists", "Refrescando las listas de paquetes";
    StageDownload: "Downloading packages", "Descargando paquetes";
    StageRemove: "Removing packages", "Desinstalando paquetes";
    StageInstall: "Installing packages", "Instalando paquetes";
    StageUpgrade: "Upgrading packages", "Actualizando paquetes";
    StageSoftware: "Sending the list of software", "Enviando la lista de software";
    StageHardware: "Sending the hardware", "Enviando el hardware";
    StageDevices: "Setting up printers", "Configurando impresoras";
    StageTraits: "Learning this computer's traits", "Obteniendo los rasgos del equipo";
    StageEvents: "Telling what changed", "Avisando de los cambios";
    StageHooksPost: "Running the site's scripts", "Ejecutando los scripts de la organización";
    StageRecord: "Recording the synchronisation", "Registrando la sincronización";

    ResultOk: "Done.", "Hecho.";
    ResultNothingToDo: "There was nothing to do.", "No había nada que hacer.";
    ResultPackagesFailed: "Done, but some packages failed.", "Hecho, pero algunos paquetes fallaron.";
    ResultDevicesFailed: "Done, but some printers failed.", "Hecho, pero algunas impresoras fallaron.";
    ResultHookFailed: "Done, but a script of the site failed.", "Hecho, pero falló un script de la organización.";
    ResultMetadataFailed: "Done, but package lists could not be fetched; they are tried again soon.", "Hecho, pero no se pudieron descargar las listas de paquetes; pronto se intentará de nuevo.";
    ResultNotFound: "Not found.", "No se encuentra.";
    ResultConflict: "The packages contradict each other.", "Los paquetes entran en conflicto.";
    ResultDependency: "Something the packages need cannot be had.", "No se puede obtener algo que los paquetes necesitan.";
    ResultUntrusted: "The server or a source of packages is not trusted.", "El servidor o una fuente de paquetes no es de confianza.";
    ResultDiskFull: "The disk is full.", "El disco está lleno.";
    ResultDownload: "Packages could not be downloaded.", "No se pudieron descargar paquetes.";
    ResultBackend: "The package manager failed.", "Falló el gestor de paquetes.";
    ResultLockTimeout: "Another program held the package database too long.", "Otro programa ocupó demasiado tiempo la base de datos de paquetes.";
    ResultServer: "The server did not do what it was asked.", "El servidor no hizo lo que se le pidió.";
    ResultOffline: "The server cannot be reached; try again when the network is back.", "No se puede contactar con el servidor; inténtelo cuando vuelva la red.";
    ResultInterrupted: "The job was interrupted; what was left half-done will be repaired.", "El trabajo se interrumpió; lo que quedó a medias se reparará.";
    ResultInternal: "Something failed inside migasfree; the log says what.", "Algo falló dentro de migasfree; el registro dice qué.";
    ResultCancelled: "Cancelled.", "Cancelado.";
    ResultNotAuthorized: "You are not allowed to do that.", "No tiene permiso para hacer eso.";
    ResultNoAgent: "An administrator has to allow that, and nothing in this session can ask for a password; run it as an administrator.", "Lo tiene que permitir un administrador, y nada en esta sesión puede pedir una contraseña; ejecútelo como administrador.";
    ResultPolicy: "The organisation's rules do not allow that.", "Las reglas de la organización no lo permiten.";

    ErrorOffline: "The server cannot be reached ({}); try again when the network is back.", "No se puede contactar con el servidor ({}); inténtelo cuando vuelva la red.";
    ErrorNotRegistered: "This computer is not registered; run `migasfree register`.", "Este equipo no está registrado; ejecute `migasfree register`.";
    ErrorCredentialsNeeded: "This computer is not registered: the server wants to know who registers it ({}); use `migasfree register --user NAME`.", "Este equipo no está registrado: el servidor quiere saber quién lo registra ({}); use `migasfree register --user NOMBRE`.";
    ErrorBadCredentials: "The server does not let this user register computers ({}); check name and password, or ask whoever runs the server for the right to.", "El servidor no deja que este usuario registre equipos ({}); compruebe el nombre y la contraseña, o pida ese permiso a quien administra el servidor.";
    ErrorRefused: "The server refuses this computer: {}\nAsk whoever runs the server to admit it, or use `migasfree register --user NAME` with somebody who may register computers.", "El servidor rechaza este equipo: {}\nPida a quien administra el servidor que lo admita, o use `migasfree register --user NOMBRE` con alguien que pueda registrar equipos.";
    ErrorNewKeys: "The keys of {} are other ones than those this computer knows it by. If that is right, because the server was set up anew, root runs `migasfree register --accept-new-keys`.", "Las claves de {} son distintas de las que este equipo conoce. Si es correcto, porque el servidor se instaló de nuevo, root ejecuta `migasfree register --accept-new-keys`.";
    ErrorSaturated: "The server is busy; it asks to come back in {} seconds.", "El servidor está ocupado; pide volver en {} segundos.";
    ErrorServer: "The server failed ({}): {}", "Falló el servidor ({}): {}";
    ErrorUnsealed: "Something between answered in place of the server ({}): {}. A proxy or a network that asks to sign in may be the reason.", "Algo ha respondido en lugar del servidor ({}): {}. Puede ser un proxy o una red que pide iniciar sesión.";
    ErrorKeyRefused: "The repository key {} of {} is not trusted: {}. If it is right, root accepts it with `migasfree keys accept {}`.", "La clave de repositorios {} de {} no es de confianza: {}. Si es la correcta, root la acepta con `migasfree keys accept {}`.";
    ErrorInsecureCredentials: "A password is not sent to {}, because everybody on the way could read it: use https, or set `Allow_Insecure_Credentials = true` in the configuration.", "No se envía una contraseña a {}, porque cualquiera en el camino podría leerla: use https, o ponga `Allow_Insecure_Credentials = true` en la configuración.";
    ErrorUntrusted: "The server's keys are other ones than at registration, or somebody answers in its place ({}): nothing of it is believed. If that is right, because the server was set up anew, root runs `migasfree register --accept-new-keys`.", "Las claves del servidor son distintas de las del registro, o alguien responde en su lugar ({}): no se cree nada de ello. Si es correcto, porque el servidor se instaló de nuevo, root ejecuta `migasfree register --accept-new-keys`.";
    ErrorUnintelligible: "The server does not speak as expected: {}", "El servidor no responde como se espera: {}";
    ErrorNoPackageManager: "No supported package manager was found.", "No se encontró ningún gestor de paquetes compatible.";
    ErrorInvalidTag: "`{}` is not a tag: PREFIX-value is expected", "`{}` no es una etiqueta: debe ser PREFIJO-valor";
    ErrorOutput: "What was said could not be written: {}", "No se pudo escribir lo que se dijo: {}";
    ErrorCheckList: "`{}` is not a JSON list of names ({}); write it as [\"gimp\", \"vlc\"].", "`{}` no es una lista JSON de nombres ({}); escríbala como [\"gimp\", \"vlc\"].";
    ErrorConfig: "The configuration is wrong: {}", "La configuración es incorrecta: {}";
    ErrorDiskFullAt: "The disk that holds {} is full: make room and try again.", "El disco que contiene {} está lleno: haga sitio e inténtelo de nuevo.";
    ErrorReadOnly: "The disk that holds {} can only be read now.", "El disco que contiene {} ahora solo se puede leer.";
    ErrorLocked: "Another migasfree (process {}) is working; wait until it ends.", "Otro migasfree (proceso {}) está trabajando; espere a que termine.";
    ErrorUnsupported: "This version does not manage {}.", "Esta versión no gestiona {}.";
    ErrorInvalidName: "`{}` is not a package name.", "`{}` no es un nombre de paquete.";
    ErrorInvalidSearch: "A search is one to eight words, 100 characters at most, and does not begin with a hyphen.", "Una búsqueda tiene de una a ocho palabras, 100 caracteres como mucho, y no empieza con un guion.";
    ErrorPackageNotFound: "No package called {} is known; check the name or refresh the package lists.", "No se conoce ningún paquete llamado {}; compruebe el nombre o refresque las listas de paquetes.";
    ErrorBroken: "{} cannot be finished; try again, or remove it.\n{}", "No se puede terminar con {}; inténtelo de nuevo o desinstálelo.\n{}";
    ErrorNotRemoved: "{} cannot be removed; try again with `migasfree purge {}`.\n{}", "No se puede desinstalar {}; inténtelo de nuevo con `migasfree purge {}`.\n{}";
    ErrorUnrepaired: "{} cannot be repaired; try `migasfree install {}` when the packages can be had again, or remove with `migasfree purge {}`.\n{}", "No se puede reparar {}; pruebe `migasfree install {}` cuando los paquetes vuelvan a estar disponibles, o desinstale con `migasfree purge {}`.\n{}";
    ErrorNoRoom: "{} are needed on {}, and {} are free: {} are missing. Make room there and try again.", "Hacen falta {} en {} y hay {} libres: faltan {}. Haga sitio ahí e inténtelo de nuevo.";
    ErrorUnsteady: "The package manager wants to do something else each time it is asked; try again later.", "El gestor de paquetes quiere hacer otra cosa cada vez que se le pregunta; inténtelo más tarde.";
    ObjectionProtected: "This computer cannot do without: {}.", "Este equipo no puede prescindir de: {}.";
    ObjectionRequired: "Policies of your organisation need what would be removed: {}.", "Las políticas de su organización necesitan lo que se desinstalaría: {}.";
    ObjectionForbidden: "A policy of your organisation does not admit what would be installed: {}.", "Una política de su organización no admite lo que se instalaría: {}.";
    ObjectionHeld: "Held packages would be changed: {}.", "Se cambiarían paquetes retenidos: {}.";
    ObjectionRemoval: "Packages nobody named would be removed: {}.", "Se desinstalarían paquetes que nadie ha nombrado: {}.";
    ObjectionByHand: "Packages that somebody installed by hand would be removed: {}.", "Se desinstalarían paquetes que alguien instaló a mano: {}.";
    ObjectionTooMany: "More packages would be removed than unattended work may: {}.", "Se desinstalarían más paquetes de los que permite el trabajo desatendido: {}.";
    ErrorLockTimeout: "{} (process {}) held the package database too long.", "{} (proceso {}) ocupó demasiado tiempo la base de datos de paquetes.";
    ErrorNeedsAdministrator: "Only an administrator can do that; run it as root, for instance with `sudo`.", "Eso solo puede hacerlo un administrador; ejecútelo como root, por ejemplo con `sudo`.";
    ErrorNeedsRoot: "This needs an administrator, or the migasfree daemon running.", "Esto necesita un administrador, o el demonio de migasfree en marcha.";
    ErrorNoRoot: "There is no folder {}.", "No existe la carpeta {}.";
    ErrorNeedsDaemon: "The migasfree daemon is not running; start it with `systemctl start migasfreed`.", "El demonio de migasfree no está en marcha; inícielo con `systemctl start migasfreed`.";
    ErrorNotCancellable: "Packages are being changed: only an administrator can stop the job now.", "Se están cambiando paquetes: ahora solo un administrador puede detener el trabajo.";
    ErrorJobOver: "Job {} is over already; it ended so: {}", "El trabajo {} ya ha terminado, con este resultado: {}";
    ErrorNoSuchJob: "There is no job {}.", "No hay ningún trabajo {}.";
    ErrorDaemonLost: "The daemon went away; the job goes on, follow it with `migasfree log {}`.", "El demonio desapareció; el trabajo sigue, véalo con `migasfree log {}`.";
    ErrorUnknownKey: "`{}` is not one of: {}", "`{}` no es ninguna de: {}";
    ErrorPasswordArgument: "A password among the arguments can be seen by everybody on this computer: leave it out. It is asked for, or read from the standard input or from MIGASFREE_PACKAGER_PASSWORD.", "Cualquiera en este equipo puede ver una contraseña entre los argumentos: quítela. Se pregunta, o se lee de la entrada estándar o de MIGASFREE_PACKAGER_PASSWORD.";
    ErrorPasswordReadable: "The packager's password in {} can be read by others on this computer: take it out, or use `chmod 600` on the file.", "Otros en este equipo pueden leer la contraseña del empaquetador en {}: quítela, o use `chmod 600` con el fichero.";
    ErrorPasswordFile: "The password cannot be read from {}: {}", "No se puede leer la contraseña de {}: {}";
    ErrorPasswordFileReadable: "The password in {} can be read by others on this computer: use `chmod 600` on the file.", "Otros en este equipo pueden leer la contraseña de {}: use `chmod 600` con el fichero.";
    WarningPasswordArgument: "A password among the arguments can be seen by everybody on this computer; left out, it is asked for or read from the standard input.", "Cualquiera en este equipo puede ver una contraseña entre los argumentos; si se omite, se pregunta o se lee de la entrada estándar.";
    WarningMisread: "Warning: {}: [{}] {} = {}: this is not {}; {}.", "Aviso: {}: [{}] {} = {}: no es {}; {}.";
    ExpectedFlag: "`true` or `false`", "`true` ni `false`";
    ExpectedNumber: "a whole number", "un número entero";
    ExpectedTime: "a number of minutes, or a time such as `90s` or `2h`", "un número de minutos ni un tiempo como `90s` o `2h`";
    ExpectedPackageManager: "a package manager of this version (`apt`)", "un gestor de paquetes de esta versión (`apt`)";
    ExpectedUuid: "a UUID", "un UUID";
    ExpectedHostAndPort: "a host and a port as in `cache.example.org:3142`", "un equipo y un puerto como en `cache.example.org:3142`";
    UsedDefault: "`{}` is used", "se usa `{}`";
    UsedDistribution: "what the distribution has is used", "se usa el de la distribución";
    UsedNothing: "it is left out", "se descarta";
    WarningInsecure: "Warning: {} is spoken to over http, where everybody on the way can read and change what is said; use https.", "Aviso: con {} se habla por http, y cualquiera en el camino puede leer y cambiar lo que se dice; use https.";
    ErrorFingerprint: "`{}` is not a fingerprint: 40 or 64 hexadecimal digits are expected.", "`{}` no es una huella: deben ser 40 o 64 dígitos hexadecimales.";
    ErrorDeclined: "Nothing was done.", "No se ha hecho nada.";
    ErrorMissing: "{} is needed.", "Falta: {}.";
    ErrorNoTerminal: "There is no terminal to ask on.", "No hay un terminal en el que preguntar.";

    Waiting: "Waiting for {} (process {}), which holds the package database", "Esperando a {} (proceso {}), que ocupa la base de datos de paquetes";
    Queued: "Waiting for other jobs", "Esperando a otros trabajos";
    WaitingNetwork: "Waiting for the network", "Esperando a la red";
    Authorizing: "Waiting for the permission of an administrator", "Esperando el permiso de un administrador";
    Cancelling: "Stopping…", "Deteniendo…";
    ScriptsRun: "Packages are being changed. An administrator's `migasfree cancel {}` stops the script that runs; interrupt once more to leave, the job goes on.", "Se están cambiando paquetes. Con `migasfree cancel {}` un administrador detiene el script en curso; interrumpa otra vez para salir, el trabajo sigue.";
    StoppingScript: "Stopping the script that runs; interrupt once more to leave", "Deteniendo el script en curso; interrumpa otra vez para salir";
    EarlierOutput: "(earlier output is not kept)", "(la salida anterior no se conserva)";
    HeldBy: "{} (process {}, user {}) since {}, until {} at the latest: {}", "{} (proceso {}, usuario {}) desde {}, hasta {} como mucho: {}";
    Interrupted: "Interrupted.", "Interrumpido.";
    RemovalQuestion: "Go on all the same? [y/N] ", "¿Continuar de todos modos? [s/N] ";

    PlanInstall: "To install:", "Se instalará:";
    PlanUpdate: "To upgrade:", "Se actualizará:";
    PlanRemove: "To remove:", "Se desinstalará:";
    PlanSizes: "Download: {}. Room needed: {}.", "Descarga: {}. Espacio necesario: {}.";
    PlanUntrusted: "Some packages come from a source nobody vouches for.", "Algunos paquetes vienen de una fuente que nadie avala.";
    Continue: "Continue? [Y/n] ", "¿Continuar? [S/n] ";

    RegisterConfirm: "Register this computer with {} (project {})? [Y/n] ", "¿Registrar este equipo en {} (proyecto {})? [S/n] ";
    RegisterDone: "Registered as computer {}.", "Registrado como equipo {}.";
    KeyAccepted: "The repository key {} is accepted; the next synchronisation takes it if the server offers it.", "Se acepta la clave de repositorios {}; la próxima sincronización la tomará si el servidor la ofrece.";
    KeysRemoved: "The keys were removed.", "Se han eliminado las claves.";
    User: "User: ", "Usuario: ";
    Password: "Password: ", "Contraseña: ";
    Project: "Project: ", "Proyecto: ";
    Store: "Store: ", "Almacén: ";
    UploadedFile: "Uploaded: {}", "Subido: {}";
    UploadedPlainFile: "{} is not a package: it was kept in the store as a plain file, and no deployment installs it. To undo that, delete it in the console.", "{} no es un paquete: se ha guardado en el almacén como un fichero cualquiera y ningún despliegue lo instala. Para deshacerlo, bórrelo en la consola.";
    UploadEmpty: "{} holds no files.", "{} no contiene ficheros.";
    UploadNoPackage: "{} is called a package and is none: it is empty, cut off or something else.", "{} se llama como un paquete y no lo es: está vacío, cortado o es otra cosa.";
    UploadName: "{} has characters that no file on the server may be called by; rename it.", "{} tiene caracteres que no puede llevar el nombre de un fichero del servidor; cámbielo.";
    UploadLeadsOut: "{} leads out of the folder; put the file itself there, or leave the link out.", "{} lleva fuera de la carpeta; ponga ahí el propio fichero o quite el enlace.";
    UploadRefused: "the server does not take it ({}): {}", "el servidor no lo acepta ({}): {}";
    UploadKeys: "The packager's keys cannot be used: {}", "Las claves del empaquetador no se pueden usar: {}";
    UploadKeyDamaged: "The packager's key in {} is damaged ({}). Remove this file; the next upload asks for your name and password and gets new keys.", "La clave del empaquetador en {} está dañada ({}). Borre ese fichero; la próxima subida le pedirá su nombre y su contraseña y obtendrá claves nuevas.";
    UploadCredentials: "The server does not accept these credentials of a packager: {}", "El servidor no acepta estas credenciales de empaquetador: {}";
    TagsChoose: "Numbers of the tags to have, separated by blanks (empty: as now): ", "Números de las etiquetas, separados por espacios (vacío: como ahora): ";
    Yes: "yes", "sí";
    No: "no", "no";
    Never: "never", "nunca";
    Installed: "installed", "instalado";
    CancelAsked: "The job was asked to stop.", "Se ha pedido al trabajo que se detenga.";

    LabelServer: "Server", "Servidor";
    LabelProject: "Project", "Proyecto";
    LabelComputer: "Computer", "Equipo";
    LabelRegistered: "Registered", "Registrado";
    LabelConnectivity: "Connectivity", "Conexión";
    LabelLastSync: "Last synchronisation", "Última sincronización";
    LabelNextSync: "Next synchronisation", "Próxima sincronización";
    LabelCurrentJob: "Current job", "Trabajo actual";
    LabelQueue: "Jobs waiting", "Trabajos en espera";
    LabelReboot: "Restart needed", "Reinicio necesario";
    LabelPackageManager: "Package manager", "Gestor de paquetes";
    Unfinished: "Not finished: {}. Try again with `migasfree install {}`, or remove with `migasfree purge {}`.", "Sin terminar: {}. Inténtelo de nuevo con `migasfree install {}`, o desinstale con `migasfree purge {}`.";
    LabelDaemon: "Daemon", "Demonio";
    LabelHelpdesk: "Helpdesk", "Soporte";
    LabelName: "Name", "Nombre";
}
