# Lo que dice la línea de órdenes, en español. El original está en en.ftl.
AnswerNotKept = No se pudo guardar la respuesta: { $reason }
AppForbidden = Una política de su organización no admite { $app }.
AppRequired = Una política de su organización exige { $app }: no se desinstala.
AskedAlready = Ya ha solicitado esta aplicación.
AuthenticationFailed = La autenticación falló; no se hizo nada.
Authorizing = Esperando el permiso de un administrador
CancelAsked = Se ha pedido al trabajo que se detenga.
CancelledEarly = Cancelado antes de empezar.
Cancelling = Deteniendo…
CancellingLocal = Deteniendo donde sea seguro; interrumpa otra vez para detener el script de un paquete en curso
CodeFailed = { $name }: { $reason }
CodeFailedSaying = { $name }: { $reason } ({ $said })
CodeKilled = se detuvo a la fuerza
CodeNoInterpreter = el intérprete { $interpreter } no está instalado
CodeNoValue = ningún valor
CodeNotRun = no se pudo ejecutar: { $reason }
CodeStatus = terminó con el estado { $status }
CodeTooLong = tardó más de 60 segundos y se detuvo
Continue = ¿Continuar? [S/n]
Dismissed = Se canceló la autenticación; no se hizo nada.
EarlierOutput = (la salida anterior no se conserva)
EndNotTold = No se le pudo decir el final al servidor: { $reason }
ErrorBadCredentials = El servidor no deja que este usuario registre equipos ({ $reason }); compruebe el nombre y la contraseña, o pida ese permiso a quien administra el servidor.
ErrorBroken = No se puede terminar con { $packages }; inténtelo de nuevo o desinstálelo.
    { $reason }
ErrorCheckList = `{ $text }` no es una lista JSON de nombres ({ $reason }); escríbala como ["gimp", "vlc"].
ErrorConfig = La configuración es incorrecta: { $reason }
ConfigInvalid = `{ $value }` no es un valor para { $key }: debe ser { $expected }
ConfigNotText = { $file } no es texto en UTF-8; arréglelo, o apártelo y escríbalo de nuevo
ConfigAddress = un host, host:puerto o una dirección http(s)
ConfigProtocol = `http` o `https`
ConfigPort = un número del 1 al 65535
ConfigName = letras, cifras, `_`, `.` y `-`
ConfigNameOrEmpty = letras, cifras, `_`, `.` y `-`, o vacío
ConfigNameLength = de 64 caracteres como mucho
ConfigToken = `Enrolment_Token` no es un token de inscripción: empieza por `mfe_` y tiene 91 caracteres
ConfigFlag = `true` o `false`
ConfigHostAndPort = host:puerto
ConfigHostAndPortOrEmpty = host:puerto, o vacío
ErrorCredentialsNeeded = Este equipo no está registrado: el servidor quiere saber quién lo registra ({ $reason }); use `migasfree register --user NOMBRE`.
ErrorDaemonLost = El demonio desapareció; el trabajo sigue, véalo con `migasfree log { $job }`.
ErrorDeclined = No se ha hecho nada.
ErrorDiskFullAt = El disco que contiene { $place } está lleno: haga sitio e inténtelo de nuevo.
ErrorFingerprint = `{ $text }` no es una huella: deben ser 40 o 64 dígitos hexadecimales.
ErrorInsecureCredentials = No se envía una contraseña a { $server }, porque cualquiera en el camino podría leerla: use https, o ponga `Allow_Insecure_Credentials = true` en la configuración.
ErrorInvalidName = `{ $name }` no es un nombre de paquete.
ErrorInvalidSearch = Una búsqueda tiene de una a ocho palabras, 100 caracteres como mucho, y no empieza con un guion.
ErrorInvalidTag = `{ $tag }` no es una etiqueta: debe ser PREFIJO-valor
ErrorKeyUnknown = El servidor ya no conoce este equipo: se restauró de una copia de seguridad, o el equipo se eliminó allí ({ $reason }). `migasfree sync` vuelve a inscribirlo si un token de inscripción de la configuración o su proyecto lo admite; si no, use `migasfree register --user NOMBRE`.
ErrorNoPrinters = Esta versión no gestiona impresoras.
ErrorOwnFileDamaged = Lo que este equipo recuerda de su clave está dañado: { $file } ({ $reason }). Recupere el archivo de una copia de seguridad, o ejecute `migasfree register`, que vuelve a preguntar al servidor.
ErrorRequestRefused = El servidor no acepta esta petición, que puede haberse cambiado, retenido o repetido por el camino: { $reason }. Inténtelo de nuevo; si persiste, pruebe con otra red.
ErrorStopping = Este programa se estaba cerrando; inténtelo de nuevo.
ErrorUnknownTags = El servidor no tiene estas etiquetas: { $tags }. `migasfree tags -g` muestra las que tiene.
ErrorJobOver = El trabajo { $job } ya ha terminado, con este resultado: { $result }
ErrorKeyRefused = La clave de repositorios { $fingerprint } de { $server } no es de confianza: { $why }. Si es la correcta, root la acepta con `migasfree keys accept { $fingerprint }`.
ErrorLockTimeout = { $name } (proceso { $process }) ocupó demasiado tiempo la base de datos de paquetes.
ErrorLocked = Otro migasfree (proceso { $process }) está trabajando; espere a que termine.
ErrorMissing = Falta: { $what }.
ErrorMissingOption = Falta: { $what }; indíquelo con `{ $option }`.
ErrorNeedsAdministrator = Eso solo puede hacerlo un administrador; ejecútelo como root, por ejemplo con `sudo`.
ErrorNeedsDaemon = El demonio de migasfree no está en marcha; inícielo con `systemctl start migasfreed`.
ErrorNeedsRoot = Esto necesita un administrador, o el demonio de migasfree en marcha.
ErrorNewKeys = Las claves de { $server } son distintas de las que este equipo conoce. Si es correcto, porque el servidor se instaló de nuevo, root ejecuta `migasfree register --accept-new-keys`.
ErrorNoPackageManager = No se encontró ningún gestor de paquetes compatible.
ErrorNoRoom = Hacen falta { $needed } en { $place } y hay { $free } libres: faltan { $missing }. Haga sitio ahí e inténtelo de nuevo.
ErrorNoRoot = No existe la carpeta { $folder }.
ErrorNoSuchJob = No hay ningún trabajo { $job }.
ErrorNoTerminal = No hay un terminal en el que preguntar.
ErrorNotCancellable = Se están cambiando paquetes: ahora solo un administrador puede detener el trabajo.
ErrorNotInterrupted = El trabajo está en un paso que no se interrumpe; terminará pronto.
ErrorNotRegistered = Este equipo no está registrado; ejecute `migasfree register`.
ErrorNotRemoved = No se puede desinstalar { $packages }; inténtelo de nuevo con `migasfree purge { $packages }`.
    { $reason }
ErrorOffline = No se puede contactar con el servidor ({ $reason }); inténtelo cuando vuelva la red.
ErrorOutput = No se pudo escribir lo que se dijo: { $reason }
ErrorPackageManagerStart = No se pudo ejecutar el gestor de paquetes: { $reason }
ErrorPackageNotFound = No se conoce ningún paquete llamado { $name }; compruebe el nombre, u obtenga listas de paquetes nuevas con `migasfree sync`.
ErrorPasswordArgument = Cualquiera en este equipo puede ver una contraseña entre los argumentos: quítela. Se pregunta, o se lee de la entrada estándar o de MIGASFREE_PACKAGER_PASSWORD.
ErrorPasswordFile = No se puede leer la contraseña de { $file }: { $reason }
ErrorPasswordFileReadable = Otros en este equipo pueden leer la contraseña de { $file }: use `chmod 600` con el fichero.
ErrorPasswordReadable = Otros en este equipo pueden leer la contraseña del empaquetador en { $file }: quítela, o use `chmod 600` con el fichero.
ErrorNoToken = No es un token de inscripción: empieza por `mfe_` y tiene 91 caracteres.
ErrorNoFingerprint = No es la huella de una clave: tiene 43 caracteres.
ErrorTokenFile = No se puede leer el token de { $file }: { $reason }
ErrorTokenFileReadable = Otros en este equipo pueden leer el token de { $file }: use `chmod 600` con el fichero.
ErrorReadOnly = El disco que contiene { $place } ahora solo se puede leer.
ErrorRefused = El servidor rechaza este equipo: { $reason }
    Pida a quien administra el servidor que lo admita, o use `migasfree register --user NOMBRE` con alguien que pueda registrar equipos.
ErrorSaturated = { $seconds ->
    [one] El servidor está ocupado: inténtelo de nuevo dentro de un segundo.
   *[other] El servidor está ocupado: inténtelo de nuevo dentro de { $seconds } segundos.
    }
ErrorServer = Falló el servidor ({ $status }): { $detail }
ErrorUnintelligible = El servidor no responde como se espera: { $reason }
ErrorUnknownKey = `{ $key }` no es ninguna de: { $known }
ErrorUnrepaired = No se puede reparar { $packages }; pruebe `migasfree install { $packages }` cuando los paquetes vuelvan a estar disponibles, o desinstale con `migasfree purge { $packages }`.
    { $reason }
ErrorUnsealed = Algo ha respondido en lugar del servidor ({ $status }): { $detail }. Puede ser un proxy o una red que pide iniciar sesión.
ErrorUnsteady = El gestor de paquetes quiere hacer otra cosa cada vez que se le pregunta; inténtelo más tarde.
ErrorUntrusted = Las claves del servidor son distintas de las del registro, o alguien responde en su lugar ({ $reason }): no se cree nada de ello. Si es correcto, porque el servidor se instaló de nuevo, root ejecuta `migasfree register --accept-new-keys`.
ErrorChanged = La respuesta se cambió por el camino o es de otro servidor ({ $reason }): no se cree nada de ella y este equipo queda como estaba. Pruebe en otra red; si no ayuda, avise a quien administra el servidor. Solo si el servidor se instaló de nuevo, root ejecuta `migasfree register --accept-new-keys`.
ErrorClockAhead = { $unit ->
        [seconds] El reloj de este equipo va { $amount } segundos adelantado respecto al del servidor.
        [minutes] El reloj de este equipo va { $amount } minutos adelantado respecto al del servidor.
        [hours] El reloj de este equipo va { $amount } horas adelantado respecto al del servidor.
       *[days] El reloj de este equipo va { $amount } días adelantado respecto al del servidor.
    } Póngalo en hora e inténtelo de nuevo.
ErrorClockBehind = { $unit ->
        [seconds] El reloj de este equipo va { $amount } segundos atrasado respecto al del servidor.
        [minutes] El reloj de este equipo va { $amount } minutos atrasado respecto al del servidor.
        [hours] El reloj de este equipo va { $amount } horas atrasado respecto al del servidor.
       *[days] El reloj de este equipo va { $amount } días atrasado respecto al del servidor.
    } Póngalo en hora e inténtelo de nuevo.
ErrorNoTokens = { $server } no habla el protocolo nativo ni acepta tokens de inscripción; use `migasfree register --user NOMBRE`.
ErrorNotNative = Lo que responde no habla el protocolo que el servidor hablaba antes ({ $server }): puede haber alguien en medio, y no se cree nada de ello. Si es correcto, porque el servidor se instaló de nuevo, root ejecuta `migasfree register --accept-new-keys`.
ErrorOthersToken = El token, o la clave indicada, es de otro servidor que { $server }. Compruebe la dirección del servidor con `migasfree conf`.
ErrorOwnKeyDamaged = La clave de este equipo está dañada: { $file } ({ $reason }). Recupere el fichero de una copia de seguridad, o sustituya la clave con `migasfree register --user NOMBRE` o `migasfree register --token-file FICHERO`.
ErrorOwnFileMissing = Falta { $file }, y este equipo lo necesita para hablar con su servidor. Recupere el fichero de una copia de seguridad, o ejecute `migasfree register`.
ErrorPending = Este equipo espera aprobación; la huella de su clave es { $fingerprint }. El demonio volverá a preguntar dentro de { $seconds } segundos, y `migasfree sync`, al momento.
ErrorKeyEnded = El servidor ya no acepta la clave de este equipo: { $reason }. Ejecute `migasfree register`, que crea otra.
EventDataNotWritten = No se pueden escribir los datos de los eventos: { $reason }
ExpectedFlag = `true` ni `false`
ExpectedHostAndPort = un equipo y un puerto como en `cache.example.org:3142`
ExpectedNumber = un número entero
ExpectedPackageManager = un gestor de paquetes de esta versión (`apt`)
ExpectedTime = un número de minutos ni un tiempo como `90s` o `2h`
ExpectedUuid = un UUID
HardwareRefused = El servidor ya rechazó antes esta descripción del hardware.
HeldBy = { $program } (proceso { $process }, usuario { $user }) desde { $since }, hasta { $until } como mucho: { $why }
HelpArguments = Argumentos
HelpCommand = ORDEN
HelpCommands = Órdenes
HelpHelp = Muestra esta ayuda
HelpOptions = Opciones
HelpUsage = Uso
HookFailed = { $script } falló con el estado { $status }.
HookKilled = { $script } se detuvo a la fuerza.
HookNotRun = { $script } no se puede ejecutar: { $reason }
HookTooLong = { $script } tardó más de { $seconds } segundos y se detuvo.
IdentifiedDamaged = su propia clave, cuyos archivos están dañados o faltan; `migasfree sync` dice cuáles
ImageSize = Una imagen tiene de 16 a 512 píxeles por lado.
ImageUnreadable = No se puede mostrar la imagen: { $reason }
Installed = instalado
Interrupted = Interrumpido.
JobInstall = Instalar { $names }
JobNotKept = No se pudo anotar el trabajo ({ $reason }); compruebe el disco.
JobNotStarted = No se pudo empezar el trabajo: { $reason }
JobOther = Otro trabajo
JobOver = El trabajo ya ha terminado.
JobRefresh = Actualizar las listas de paquetes
JobRegister = Registrar este equipo
JobRemove = Desinstalar { $names }
JobRepair = Terminar una operación de paquetes interrumpida
JobRunning = Hay un trabajo en marcha; espere a que termine.
JobSync = Sincronizar
JobTags = Cambiar las etiquetas
JobUpgrade = Actualizar { $names }
JobUpgradeAll = Actualizar los paquetes
JustificationLength = Una justificación tiene como máximo { $limit } bytes.
KeyAccepted = Se acepta la clave de repositorios { $fingerprint }; la próxima sincronización la tomará si el servidor la ofrece.
KeyChanged = La clave de repositorios de { $server } no es la de antes; la nueva, { $fingerprint }, está avalada.
KeyDamaged = { $file }: { $reason }; obtenga las claves de nuevo con `migasfree register`
KeyNone = lo que el servidor entrega para { $file } no es una clave: { $reason }
KeyNotNamed = el servidor no la nombra entre sus claves
KeyNotVouched = no es la de antes, y este servidor no puede avalarla
KeysInTheClear = { $call } se ofrecía antes: puede que alguien se haya puesto en medio. Si { $server } se sustituyó por un servidor que no puede avalar su clave de repositorios, root la acepta con `migasfree keys accept { $fingerprint }`
KeysMissing = no hay claves para este servidor y proyecto
KeysOther = las claves del servidor no son las que este equipo conoce; si es correcto, root ejecuta `migasfree register --accept-new-keys`
KeysRemoved = Se han eliminado las claves.
LabelComputer = Equipo
LabelConnectivity = Conexión
LabelCurrentJob = Trabajo actual
LabelDaemon = Demonio
LabelHelpdesk = Soporte
LabelLastSync = Última sincronización
LabelName = Nombre
LabelNextSync = Próxima sincronización
LabelPackageManager = Gestor de paquetes
LabelProject = Proyecto
LabelQueue = Trabajos en espera
LabelReboot = Reinicio necesario
LabelRegistered = Registrado
LabelIdentified = Identificado por
LabelKey = Huella de su clave
LabelCertificate = Certificado hasta
IdentifiedByNothing = nada
IdentifiedByOwnKey = su propia clave
IdentifiedByProject = la clave de su proyecto
IdentifiedPending = su propia clave, pendiente de aprobación
IdentifiedRejected = su propia clave, que el servidor rechazó; `migasfree register` crea otra
Token = Token de inscripción:
WarningExposedToken = Aviso: otros pueden leer el token de inscripción de { $file }, así que no cuenta. Deje que solo root lea ese archivo: `chmod 600 { $file }`.
WarningTokenArgument = Aviso: cualquiera en este equipo puede ver un token entre los argumentos; use `--token-file FICHERO`, o `--token-file -` para la entrada estándar.
LabelServer = Servidor
LearnsLater = El servidor sabrá del cambio más tarde: { $reason }
LeftOut = Se dejaron algunas actualizaciones:
    { $reasons }
LimitHolds = Ya retienen trabajos en segundo plano { $limit } programas suyos.
LimitJobs = Ya esperan { $limit } trabajos suyos; deje que termine uno o cancélelo antes.
LimitQuestions = Ya esperan { $limit } consultas suyas sobre paquetes; inténtelo de nuevo cuando tengan respuesta.
LimitRequests = Tiene demasiadas solicitudes; retire alguna.
LimitSubscribers = Ya siguen trabajos { $limit } programas suyos.
LimitWrites = Más de { $limit } cambios en un minuto; espere un poco e inténtelo de nuevo.
Lines = { $first }
    { $rest }
LshwFailed = lshw falló: { $reason }
LshwNotInstalled = el hardware no se describe: el paquete `lshw` no está instalado
LshwNotRun = lshw no se puede ejecutar: { $reason }
LshwNotUnderstood = no se entiende lo que dice lshw: no describe ningún equipo
LshwTooLong = lshw tardó demasiado
NameLength = El nombre de un paquete tiene de 1 a { $limit } caracteres.
Never = nunca
NeverReached = Todavía no se ha hablado con el servidor; sincronice antes.
No = no
NoAppsNamed = Indique al menos una aplicación.
NoIcon = Esta aplicación no tiene icono.
NoPackagesNamed = Indique al menos un paquete.
NoRequests = El servidor de su organización no admite solicitudes; pregunte a su soporte.
NoSuchImage = No existe esa imagen.
NoSuchRequest = No tiene esa solicitud.
NotAllowed = No tiene permiso para hacer esto ({ $right }); pregunte a un administrador de este equipo.
NotAnApp = `{ $text }` no es el identificador de una aplicación.
NotInstalled = { $name } no está instalado.
NotYourQuestion = Solo el dueño de un trabajo responde a sus preguntas.
NoticeRestart = Reinicie este equipo
NoticeRestartOf = Un reinicio completa los cambios de { $packages }.
ObjectionByHand = Se desinstalarían paquetes que alguien instaló a mano: { $names }.
ObjectionForbidden = Una política de su organización no admite lo que se instalaría: { $names }.
ObjectionHeld = Se cambiarían paquetes retenidos: { $names }.
ObjectionProtected = Este equipo no puede prescindir de: { $names }.
ObjectionRemoval = Se desinstalarían paquetes que nadie ha nombrado: { $names }.
ObjectionRequired = Las políticas de su organización necesitan lo que se desinstalaría: { $names }.
ObjectionTooMany = Se desinstalarían más paquetes de los que permite el trabajo desatendido: { $names }.
OfPackage = { $package }: { $reason }
OnlyBackground = Solo se pueden retener trabajos en segundo plano (`background`).
OutputUnreadable = No se puede leer la salida: { $reason }
PackagesOrApp = Indique paquetes o una aplicación, no ambos.
PartialUpgrade = No se ofrecen actualizaciones parciales ni al siguiente arranque.
Password = Contraseña:
PasswordEncoding = no es UTF-8
PasswordLate = su final no llegó a tiempo; cierre la tubería tras la contraseña
PasswordLong = es demasiado larga
PasswordUnreadable = No se puede leer la contraseña: { $reason }
PlanInstall = Se instalará:
PlanRemove = Se desinstalará:
PlanSizes = Descarga: { $download }. Espacio necesario: { $room }.
PlanSizesFreed = Descarga: { $download }. Espacio liberado: { $room }.
PlanUntrusted = Algunos paquetes vienen de una fuente que nadie avala.
PlanUpdate = Se actualizará:
PolkitMissing = No se puede preguntar a polkit por { $right } ({ $reason }); compruebe que está instalado y en marcha.
Project = Proyecto:
QuestionClosed = Esta pregunta no está abierta.
Queued = Esperando a otros trabajos
RegisterAgain = El demonio se reinició antes de empezar el registro; registre el equipo de nuevo.
RegisterConfirm = ¿Registrar este equipo en { $server } (proyecto { $project })? [S/n]
RegisterDone = Registrado como equipo { $computer }.
RemovalQuestion = ¿Continuar de todos modos? [s/N]
RemovedAlong = Desinstalado porque otros paquetes lo necesitaban: { $packages }
RequestNotKept = No se pudo guardar la solicitud: { $reason }
ResultBackend = Falló el gestor de paquetes.
ResultCancelled = Cancelado.
ResultConflict = Los paquetes entran en conflicto.
ResultDependency = No se puede obtener algo que los paquetes necesitan.
ResultDevicesFailed = Hecho, pero algunas impresoras fallaron.
ResultDiskFull = El disco está lleno.
ResultDownload = No se pudieron descargar paquetes.
ResultHookFailed = Hecho, pero falló un script de la organización.
ResultInternal = Algo falló dentro de migasfree; el registro dice qué.
ResultInterrupted = El trabajo se interrumpió; lo que quedó a medias se reparará.
ResultLockTimeout = Otro programa ocupó demasiado tiempo la base de datos de paquetes.
ResultMetadataFailed = Hecho, pero no se pudieron descargar las listas de paquetes; pronto se intentará de nuevo.
ResultNoAgent = Lo tiene que permitir un administrador, y nada en esta sesión puede pedir una contraseña; ejecútelo como administrador.
ResultNotAuthorized = No tiene permiso para hacer eso.
ResultNotFound = No se encuentra.
ResultNothingToDo = No había nada que hacer.
ResultOffline = No se puede contactar con el servidor, o no tiene tiempo ahora; inténtelo más tarde.
ResultOk = Hecho.
ResultPackagesFailed = Hecho, pero algunos paquetes fallaron.
ResultPolicy = Las reglas de la organización no lo permiten.
ResultServer = El servidor no hizo lo que se le pidió.
ResultUntrusted = El servidor o una fuente de paquetes no es de confianza.
ScriptStopped = El script { $script } de { $package } { $why ->
        [asked] se detuvo como quiso un administrador.
        [minutes] no dio señales de vida durante { $time } minutos y se detuvo.
        [seconds] no dio señales de vida durante { $time } segundos y se detuvo.
       *[talkative] escribía sin fin y se detuvo.
    }
ScriptsRun = Se están cambiando paquetes. Con `migasfree cancel { $job }` un administrador detiene el script en curso; interrumpa otra vez para salir, el trabajo sigue.
StageAttributes = Evaluando atributos
StageConnect = Conectando con el servidor
StageDevices = Configurando impresoras
StageDownload = Descargando paquetes
StageEvents = Buscando lo que ha cambiado
StageFaults = Buscando fallas
StageHardware = Revisando el hardware
StageHooksPost = Ejecutando los scripts de la organización
StageHooksPre = Ejecutando los scripts de la organización
StageInstall = Instalando paquetes
StageMetadata = Refrescando las listas de paquetes
StageRecord = Registrando la sincronización
StageRemove = Desinstalando paquetes
StageRepositories = Actualizando repositorios
StageSoftware = Revisando el software
StageTraits = Revisando los rasgos del equipo
StageUpgrade = Actualizando paquetes
StoppingScript = Deteniendo el script en curso; interrumpa otra vez para salir
Store = Almacén:
TagLength = Una etiqueta tiene como máximo { $limit } caracteres.
TagsChoose = Números de las etiquetas, separados por espacios (vacío: como ahora):
TextLength = Un texto tiene como máximo { $limit } bytes.
ToldLater = Se le dirá al servidor más tarde: { $reason }
TooManyApps = Como máximo { $limit } aplicaciones por llamada.
TooManyPackages = Como máximo { $limit } paquetes por llamada.
TooManyRights = No hay tantos permisos.
TooManyTags = Como máximo { $limit } etiquetas.
Unfinished = Sin terminar: { $packages }. Inténtelo de nuevo con `migasfree install { $packages }`, o desinstale con `migasfree purge { $packages }`.
UnknownApp = El catálogo no tiene la aplicación { $id }.
UnknownJob = No existe ese trabajo.
UnknownRight = No hay ningún permiso llamado { $right }.
UnknownRole = No existe ese tipo de trabajo.
UnknownScope = No existe ese ámbito.
UnknownSender = El bus no dijo quién envió este mensaje.
UnknownUser = El bus no dijo qué usuario envió este mensaje.
UploadCredentials = El servidor no acepta estas credenciales de empaquetador: { $reason }
UploadEmpty = { $folder } no contiene ficheros.
UploadKeyDamaged = La clave del empaquetador en { $file } está dañada ({ $reason }). Borre ese fichero; la próxima subida le pedirá su nombre y su contraseña y obtendrá claves nuevas.
UploadKeys = Las claves del empaquetador no se pueden usar: { $reason }
UploadLeadsOut = { $file } lleva fuera de la carpeta; ponga ahí el propio fichero o quite el enlace.
UploadName = { $name } tiene caracteres que no puede llevar el nombre de un fichero del servidor; cámbielo.
UploadNoPackage = { $file } se llama como un paquete y no lo es: está vacío, cortado o es otra cosa.
UploadRefused = el servidor no lo acepta ({ $status }): { $detail }
UploadedFile = Subido: { $file }
UploadedPlainFile = { $file } no es un paquete: se ha guardado en el almacén como un fichero cualquiera y ningún despliegue lo instala. Para deshacerlo, bórrelo en la consola.
UsedDefault = se usa `{ $value }`
UsedDistribution = se usa el de la distribución
UsedNothing = se descarta
User = Usuario:
Waiting = Esperando a { $name } (proceso { $process }), que ocupa la base de datos de paquetes
WaitingNetwork = Esperando a la red
WarningInsecure = Aviso: con { $server } se habla por http, y cualquiera en el camino puede leer y cambiar lo que se dice; use https.
WarningMisread = Aviso: { $place }: [{ $section }] { $key } = { $value }: no es { $expected }; { $used }.
WarningUnread = Aviso: { $file }: no se entienden y se dejan fuera estas líneas: { $lines }
WarningPasswordArgument = Cualquiera en este equipo puede ver una contraseña entre los argumentos; si se omite, se pregunta o se lee de la entrada estándar.
WorkStopped = El gestor de paquetes { $why ->
        [asked] se detuvo como quiso un administrador.
        [minutes] no dio señales de vida durante { $time } minutos y se detuvo.
        [seconds] no dio señales de vida durante { $time } segundos y se detuvo.
       *[talkative] escribía sin fin y se detuvo.
    }
Yes = sí
help = Mantiene este equipo como su organización lo quiere
help--debug = Cuenta más de lo que ocurre por dentro
help--quiet = Dice solo lo que se pide
help--root = Trabaja en el sistema de esta carpeta en lugar de este equipo
help--session = Habla con el demonio del bus de sesión, el de hacer pruebas
help-apps = Lista las aplicaciones que se ofrecen a este equipo
help-apps--category = Solo las de esta categoría
help-apps--json = Responde en JSON
help-attributes = Lista los atributos de este equipo
help-attributes--cid = Solo el que representa a este equipo
help-attributes--json = Responde en JSON
help-cancel = Detiene un trabajo
help-cancel--id = Número del trabajo
help-categories = Lista las categorías de aplicaciones
help-categories--json = Responde en JSON
help-conf = Muestra o cambia el fichero de configuración
help-conf--auto_update_packages = true o false
help-conf--computer_name = Vacío para el nombre de la máquina
help-conf--debug_mode = true o false
help-conf--json = Responde en JSON
help-conf--manage_devices = true o false
help-conf--package_proxy_cache = nombre:puerto, vacío para ninguno
help-conf--project = Nombre del proyecto
help-conf--proxy = nombre:puerto, vacío para ninguno
help-conf--server = Nombre, nombre:puerto o dirección del servidor
help-conf--upload_hardware = true o false
help-info = Muestra lo que el servidor sabe de este equipo
help-info--json = Responde en JSON
help-info--key = Solo este valor
help-inhibitors = Muestra quién retiene los trabajos que se ejecutan solos
help-inhibitors--json = Responde en JSON
help-install = Instala paquetes
help-install--assume_yes = No pregunta antes de hacerlo
help-install--json = Cuenta lo que ocurre con un objeto JSON por línea
help-install--packages = Nombres de los paquetes
help-jobs = Lista los trabajos del demonio
help-jobs--all = También los de otros usuarios
help-jobs--json = Responde en JSON
help-keys = Decide sobre las claves de los repositorios
help-keys-accept = Confía en una clave de repositorios que el servidor no avala
help-keys-accept--fingerprint = Huella de la clave: 40 o 64 dígitos hexadecimales
help-label = Muestra la etiqueta de este equipo
help-label--json = Responde en JSON
help-log = Muestra lo que dijo un trabajo
help-log--follow = Sigue hasta que el trabajo termine
help-log--id = Número del trabajo
help-network = Muestra la red por la que habla este equipo
help-network--json = Responde en JSON
help-packages = Lista o comprueba paquetes, en JSON
help-packages--available = Los nombres que se pueden instalar
help-packages--check = Los de una lista JSON que están instalados
help-packages--installed = Todo lo instalado
help-purge = Desinstala paquetes con su configuración
help-purge--assume_yes = No pregunta antes de hacerlo
help-purge--json = Cuenta lo que ocurre con un objeto JSON por línea
help-purge--packages = Nombres de los paquetes
help-register = Registra este equipo en su servidor
help-register--accept_new_keys = Aceptar claves del servidor distintas de las conocidas, si se instaló de nuevo; solo root
help-register--assume_yes = No pregunta si la configuración es correcta
help-register--password = Su contraseña; si falta se pregunta, y así no la ven otros de este equipo
help-register--password_file = Un fichero con la contraseña que nadie más puede leer
help-register--server_key = La huella de la clave del servidor, como la muestra quien lo administra; solo root
help-register--token = Un token de inscripción del servidor, en lugar de un usuario; solo root
help-register--token_file = Un fichero con el token que nadie más puede leer; `-` para la entrada estándar
help-register--user = Alguien que puede registrar equipos
help-remove-keys = Olvida las claves del servidor
help-remove-keys--all = Las de todos los servidores que ha tenido este equipo
help-search = Busca paquetes
help-search--json = Responde en JSON
help-search--pattern = Lo que se busca en nombres y descripciones
help-status = Muestra cómo está este equipo
help-status--json = Responde en JSON
help-sync = Sincroniza con el servidor
help-sync--attributes = Solo los atributos (también -att)
help-sync--faults = Solo las fallas (también -fau)
help-sync--force_upgrade = Actualiza todo, diga lo que diga la configuración
help-sync--hardware = Solo el hardware (también -hard)
help-sync--json = Cuenta lo que ocurre con un objeto JSON por línea
help-sync--software = Solo la lista de software (también -soft)
help-tags = Muestra o asigna las etiquetas de este equipo
help-tags--communicate = Asigna las etiquetas sin instalar nada
help-tags--get = Muestra las etiquetas, en JSON
help-tags--set = Asigna las etiquetas e instala lo que piden; "" para ninguna
help-traits = Muestra en JSON los atributos que el servidor asignó a este equipo
help-traits--key = Solo este valor de cada uno: id, description, name, value, prefix o sort
help-traits--prefix = Solo los que tienen este prefijo
help-upload = Envía paquetes al servidor
help-upload--dir = Todos los ficheros de una carpeta, como conjunto de paquetes
help-upload--file = Un paquete u otro fichero
help-upload--password = Ya no se admite: cualquiera en este equipo podría verla
help-upload--project = El proyecto al que va
help-upload--store = El almacén donde se guarda
help-upload--user = El empaquetador
help-version = Muestra la versión y la configuración
help-version--json = Responde en JSON
wrong_option = La opción `{ $key }` debe ser { $kind ->
        [boolean] verdadero o falso
        [text] un texto
       *[number] un número entero que quepa
    }.

# Why no answer of the server came
ErrorCertificate = El certificado de { $server } no se acepta ({ $reason }). Quien administra el servidor tiene que obtener otro.
ErrorCertificateExpired = El certificado de { $server } ha caducado. Quien administra el servidor tiene que renovarlo; compruebe también el reloj de este equipo.
ErrorCertificateIssuer = Nadie en quien confíe este equipo responde del certificado de { $server }. Un administrador instala el paquete `ca-certificates`, o pone el certificado de la autoridad propia de su organización en { $file }.
ErrorCertificateFile = Nadie en quien confíe este equipo responde del certificado de { $server }: { $file } no contiene ningún certificado. Un administrador pone ahí el de la autoridad propia de su organización, en PEM.
ErrorCertificateName = El certificado recibido no es para { $server }. Compruebe el nombre del servidor con `migasfree conf`; si es correcto, quien administra el servidor tiene que obtener un certificado para él.
ErrorCertificateNotYet = El certificado de { $server } todavía no es válido. Compruebe el reloj de este equipo.
ErrorCertificateAuthority = El certificado de { $server } está hecho para una autoridad y no para un servidor. Quien administra el servidor tiene que obtener uno para un servidor (con `CA:FALSE`).
ErrorMoved = El servidor envía este equipo a { $address }. Si el servidor se ha mudado allí, un administrador ejecuta `migasfree conf --server { $address }`; si la red pide iniciar sesión, iníciela con un navegador e inténtelo de nuevo.
ErrorNoCertificates = Este equipo no tiene certificados con los que comprobar el servidor ({ $reason }). Un administrador instala el paquete `ca-certificates`.
ErrorPage = En lugar de la respuesta del servidor llegó una página web. Si la red pide iniciar sesión, iníciela con un navegador e inténtelo de nuevo; si no, compruebe la dirección del servidor con `migasfree conf`.
ErrorAway = El servidor no puede responder ahora ({ $status }); inténtelo más tarde. Si dura, avise a quien administra el servidor.
ErrorAwayFor = { $seconds ->
    [one] El servidor no puede responder ahora ({ $status }); inténtelo de nuevo dentro de un segundo.
   *[other] El servidor no puede responder ahora ({ $status }); inténtelo de nuevo dentro de { $seconds } segundos.
    }
ErrorNobodyThere = Nada responde en { $server } ({ $reason }). Puede estar parado; si no lo está, compruebe su dirección con `migasfree conf`.
ErrorNotHttps = Lo que responde en { $server } no habla https. Compruebe la dirección y el puerto con `migasfree conf`.
ErrorSignIn = La red pide iniciar sesión: iníciela con un navegador e inténtelo de nuevo.
ErrorProxySignIn = El proxy quiere saber quién lo usa, y migasfree no inicia sesión en ninguno. Haga que deje pasar a este equipo, o ponga otro con `migasfree conf --proxy`.
ErrorUnknownHost = No se ha encontrado ningún equipo llamado { $host } ({ $reason }). Compruebe que este equipo está en su red, y el nombre del servidor con `migasfree conf`.
WarningInsecurePassword = Aviso: se envía una contraseña a { $server } por http, donde todos los que están en el camino pueden leerla (Allow_Insecure_Credentials está activado).

# status
ConnectivityMetered = el servidor responde, por una red que se paga por volumen
ConnectivityOffline = no hay red
ConnectivityOnline = el servidor responde
ConnectivitySaturated = el servidor está ocupado
ConnectivityUnknown = todavía no se ha intentado
ConnectivityUnreachable = el servidor no responde
LabelLastContact = Última respuesta del servidor
LabelLastSyncReason = Motivo
LabelLastSyncResult = Cómo terminó
SyncCancelled = se canceló
SyncFailed = falló
SyncPartly = bien en parte
SyncRefused = se rechazó
SyncWell = bien

# Where there is nothing to show
NoApps = No se ofrece ninguna aplicación a este equipo.
NoAppsInCategory = No se ofrece ninguna aplicación de esta categoría a este equipo.
NoAttributes = El servidor no ha asignado ningún atributo a este equipo.
NoCategories = No hay categorías.
NoInhibitors = Nadie retiene los trabajos que se ejecutan por sí solos.
NoJobs = No hay trabajos.
NoNetwork = Este equipo no tiene ninguna red IPv4.
NoOutput = Este trabajo no ha dicho nada.
NoTags = El servidor no tiene etiquetas entre las que elegir.
NothingFound = No se ha encontrado nada.

# info
Bits = { $count } bits
StatusAssigned = asignado a alguien
StatusAvailable = disponible
StatusInRepair = en reparación
StatusReserved = reservado
StatusUnknown = desconocido
StatusUnsubscribed = dado de baja, no puede sincronizarse
ErrorTokenRefused = El servidor no admite este equipo con este token: { $reason }
ErrorTrustDamaged = Está dañado lo que este equipo recuerda de las claves del servidor: { $file } ({ $reason }). Restaure el fichero desde una copia de seguridad, o quítelo y ejecute `migasfree register` para volver a confiar en las claves del servidor.
ErrorFile = { $file }: { $reason }
ErrorLate = El servidor no respondió a tiempo; inténtelo más tarde. Si persiste, avise a quien administra el servidor.
OsNotFound = no existe ese fichero o carpeta
OsPermission = permiso denegado
OsFull = el disco está lleno
OsReadOnly = el disco ahora solo se puede leer
OsThere = ya existe ese fichero o carpeta
OsFolder = es una carpeta
OsRefused = la conexión fue rechazada
OsLate = no llegó respuesta a tiempo
WrongArgument = No existe aquí el argumento `{ $argument }`.
WrongCommand = No existe la orden `{ $command }`.
WrongNoCommand = Falta una orden.
WrongMissing = Falta: { $arguments }
WrongNoValue = `{ $argument }` necesita un valor.
WrongValue = `{ $value }` no es un valor para `{ $argument }`.
WrongChoice = `{ $value }` no es un valor para `{ $argument }`; son estos: { $choice }
WrongMore = `{ $value }` sobra: `{ $argument }` no admite más valores.
WrongTogether = `{ $argument }` y lo siguiente no van juntos: { $others }
WrongTwice = `{ $argument }` está dos veces.
WrongSimilar = Se parece a: { $names }
WrongHelp = `--help` dice más.
NotReachedNow = ahora no se puede alcanzar
AsOf = Esto es de { $moment }, cuando el servidor respondió por última vez.
UploadNewStore = En { $project } no había ningún almacén { $store }: se ha creado. Si el nombre es una errata, elimínelo en la consola y suba de nuevo con `-s`.
RemoteOff = El soporte remoto está desactivado en este equipo.
RemoteNotOffered = El servidor no ofrece soporte remoto a este equipo.
RemoteOnlyAgent = Solo el agente de soporte remoto puede hacer esto.
RemoteOnlyPerson = Solo la persona que está ante este equipo puede hacer esto.
RemoteGrant = No se acepta la autorización: { $reason }
RemoteExpired = El tiempo de esta sesión ha terminado; pida otra.
RemoteUsed = Esta autorización ya se usó; pida otra.
RemoteOtherComputer = La autorización es para otro equipo.
RemoteDenied = La persona que está ante el equipo dijo que no.
RemoteNobody = No había nadie ante el equipo a quien preguntar, o no respondió a tiempo.
RemotePolicy = La política de este equipo no lo admite.
RemoteNoSession = No existe esa sesión.
RemoteNotGranted = La sesión no incluye esto.
RemoteNoUser = Este equipo no tiene ningún usuario { $user }.
RemoteCannotBecome = El demonio no puede iniciar programas como { $user }.
RemoteNoPort = { $service } no responde en este equipo: { $reason }
RemoteNoScreen = Nada en el equipo muestra la pantalla.
RemoteLimit = Como máximo { $limit } a la vez.
RemoteFailed = No se pudo iniciar: { $reason }
RemoteAnswer = La respuesta es `allow`, `view` o `deny`.
RemoteRequest = No se entiende la petición.
ExpectedRemoteSupport = `off`, `ask`, `notify` ni `server`
SupportAllow = Permitir
SupportView = Solo ver
SupportDeny = Rechazar
SupportEnd = Terminar ahora
SupportAsks = { $operator } quiere ayudarle en este equipo
SupportHelps = { $operator } está ayudando en este equipo
SupportWhat = { $service ->
        [terminal] Quiere abrir un terminal.
        [screen] Quiere ver la pantalla.
        [files] Quiere abrir archivos.
        [port] Quiere usar un servicio de este equipo.
       *[other] Quiere trabajar en este equipo.
    }
SupportMay = { $mode ->
        [view] Solo puede mirar.
        [read] Puede leer archivos.
        [administrator] Puede cambiarlo todo, como administrador.
       *[other] Puede hacer cambios.
    }
SupportReason = Motivo: { $reason }
SupportTicket = Incidencia: { $ticket }
SupportRecorded = La sesión se graba.
SupportNotRecorded = La sesión no se graba.
SupportSeconds = Sin respuesta en { $seconds } segundos, se rechaza.
SupportSecondsAllows = Sin respuesta en { $seconds } segundos, se permite.
SupportOver = Ha terminado el soporte remoto
ActionOrder = No se acepta la orden: { $reason }
ActionOtherComputer = La orden es para otro equipo.
ActionLimit = Ya se conocen { $limit } órdenes; antes tienen que terminar algunas.
ActionInterrupted = El demonio se detuvo mientras lo hacía; no se sabe hasta dónde llegó.
ActionLate = No se pudo empezar a tiempo.
ActionNobody = Nadie vino al equipo a tiempo.
ActionWaitsForSomebody = No hay nadie ante el equipo; espera a que haya alguien.
ActionNotShown = El escritorio no mostró el mensaje.
ActionNoNotice = Nadie espera este aviso.
ActionLogind = El sistema no lo permite: { $reason }
ActionHeldBack = Otro programa pidió que el equipo siga encendido; se espera a que termine.
ActionDownNow = El equipo se detiene ahora.
ActionDownIn = El equipo se detiene dentro de { $minutes } min.
ActionStaysUp = El equipo no se detuvo; puede que alguien lo cancelara.
ActionNoCard = `{ $address }` no es la dirección de una tarjeta de red.
ActionNoNetwork = { $address } no es la dirección de difusión de una red privada de este equipo.
ActionWhat = { $verb ->
    [sync] sincronizar
    [inventory] comunicar el inventario
    [message] mostrar un mensaje
    [lock] bloquear las sesiones
    [reboot] reiniciar
    [shutdown] apagar
    [wake] despertar a otro equipo
   *[other] otra cosa
}
ActionState = { $state ->
    [running] en curso
    [succeeded] hecho
    [failed] falló
    [timed_out] demasiado tarde
    [refused] rechazado
   *[other] terminado
}
ActionLine = { $what }, lo ordenó { $operator }: { $state }
ActionReason = Motivo: { $reason }
NoActions = El soporte no ha ordenado nada últimamente.
SupportMessage = Mensaje de { $operator }
SupportReboot = { $minutes ->
    [one] Este equipo se reinicia dentro de un minuto: guarde su trabajo
   *[other] Este equipo se reinicia dentro de { $minutes } minutos: guarde su trabajo
}
SupportRebootNow = Este equipo se reinicia ahora
SupportShutdown = { $minutes ->
    [one] Este equipo se apaga dentro de un minuto: guarde su trabajo
   *[other] Este equipo se apaga dentro de { $minutes } minutos: guarde su trabajo
}
SupportShutdownNow = Este equipo se apaga ahora
SupportOrdered = Lo ordenó { $operator }.
help-actions = Muestra lo que ordenó el soporte y en qué quedó
help-actions--json = Responde en JSON
