//! The help, in the person's language.

use clap::{Arg, ArgAction, Command};

use super::texts::Language;

/// The grammar with its help in this language.
pub fn speaking(command: Command, language: Language) -> Command {
    match language {
        Language::English => command,
        Language::Spanish => in_spanish(command),
    }
}

fn in_spanish(command: Command) -> Command {
    let about = command
        .get_about()
        .map(|about| spanish(&about.to_string()))
        .unwrap_or_default();
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help("Muestra esta ayuda");
    command
        .about(about)
        .help_template("{about-with-newline}\nUso: {usage}\n\n{all-args}")
        .subcommand_help_heading("Órdenes")
        .subcommand_value_name("ORDEN")
        .disable_help_flag(true)
        .arg(help)
        .mut_args(argument_in_spanish)
        .mut_subcommands(in_spanish)
}

fn argument_in_spanish(argument: Arg) -> Arg {
    let help = argument
        .get_help()
        .map(|help| spanish(&help.to_string()))
        .unwrap_or_default();
    let heading = if argument.is_positional() {
        "Argumentos"
    } else {
        "Opciones"
    };
    argument.help(help).help_heading(heading)
}

fn spanish(english: &str) -> String {
    let found = SPANISH.iter().find(|(known, _)| *known == english);
    found.map_or(english, |(_, spanish)| spanish).to_owned()
}

/// Every text of the grammar.
const SPANISH: &[(&str, &str)] = &[
    (
        "List who holds back the jobs that run by themselves",
        "Muestra quién retiene los trabajos que se ejecutan solos",
    ),
    (
        "Keeps this computer as its organisation wants it",
        "Mantiene este equipo como su organización lo quiere",
    ),
    (
        "Say more about what happens inside",
        "Cuenta más de lo que ocurre por dentro",
    ),
    ("Say only what was asked for", "Dice solo lo que se pide"),
    (
        "Talk to the daemon on the session bus, the one for trying things",
        "Habla con el demonio del bus de sesión, el de hacer pruebas",
    ),
    (
        "Work on the system below this folder instead of this computer",
        "Trabaja en el sistema de esta carpeta en lugar de este equipo",
    ),
    (
        "Register this computer with its server",
        "Registra este equipo en su servidor",
    ),
    ("Synchronise with the server", "Sincroniza con el servidor"),
    ("Install packages", "Instala paquetes"),
    (
        "Remove packages with their configuration",
        "Desinstala paquetes con su configuración",
    ),
    ("Look for packages", "Busca paquetes"),
    (
        "List the applications offered to this computer",
        "Lista las aplicaciones que se ofrecen a este equipo",
    ),
    (
        "List the categories of applications",
        "Lista las categorías de aplicaciones",
    ),
    (
        "Show what the server knows about this computer",
        "Muestra lo que el servidor sabe de este equipo",
    ),
    (
        "Show this computer's label",
        "Muestra la etiqueta de este equipo",
    ),
    (
        "Show or set this computer's tags",
        "Muestra o asigna las etiquetas de este equipo",
    ),
    (
        "Show the attributes the server assigned to this computer, as JSON",
        "Muestra en JSON los atributos que el servidor asignó a este equipo",
    ),
    (
        "List or check packages, as JSON",
        "Lista o comprueba paquetes, en JSON",
    ),
    ("Send packages to the server", "Envía paquetes al servidor"),
    ("List the daemon's jobs", "Lista los trabajos del demonio"),
    ("Stop a job", "Detiene un trabajo"),
    ("Show what a job said", "Muestra lo que dijo un trabajo"),
    (
        "Show how this computer is doing",
        "Muestra cómo está este equipo",
    ),
    (
        "Show version and configuration",
        "Muestra la versión y la configuración",
    ),
    (
        "Show or edit the configuration file",
        "Muestra o cambia el fichero de configuración",
    ),
    (
        "Show the network this computer speaks on",
        "Muestra la red por la que habla este equipo",
    ),
    (
        "List this computer's attributes",
        "Lista los atributos de este equipo",
    ),
    (
        "Forget the keys of the server",
        "Olvida las claves del servidor",
    ),
    ("Answer in JSON", "Responde en JSON"),
    (
        "Somebody who may register computers",
        "Alguien que puede registrar equipos",
    ),
    (
        "Their password; asked for when it is left out, which others on this computer cannot see",
        "Su contraseña; si falta se pregunta, y así no la ven otros de este equipo",
    ),
    (
        "Take keys of the server other than those known, if it was set up anew; root only",
        "Aceptar claves del servidor distintas de las conocidas, si se instaló de nuevo; solo root",
    ),
    (
        "A file that holds the password and that nobody else can read",
        "Un fichero con la contraseña que nadie más puede leer",
    ),
    (
        "Do not ask whether the configuration is right",
        "No pregunta si la configuración es correcta",
    ),
    (
        "Upgrade everything, whatever the configuration says",
        "Actualiza todo, diga lo que diga la configuración",
    ),
    (
        "Only the hardware (also -hard)",
        "Solo el hardware (también -hard)",
    ),
    (
        "Only the list of software (also -soft)",
        "Solo la lista de software (también -soft)",
    ),
    (
        "Only the attributes (also -att)",
        "Solo los atributos (también -att)",
    ),
    (
        "Only the faults (also -fau)",
        "Solo las fallas (también -fau)",
    ),
    (
        "Tell what happens as one JSON object per line",
        "Cuenta lo que ocurre con un objeto JSON por línea",
    ),
    ("Do not ask before doing it", "No pregunta antes de hacerlo"),
    ("Names of the packages", "Nombres de los paquetes"),
    (
        "What to look for in names and descriptions",
        "Lo que se busca en nombres y descripciones",
    ),
    ("Only those of this category", "Solo las de esta categoría"),
    ("Only this value", "Solo este valor"),
    ("Show the tags, as JSON", "Muestra las etiquetas, en JSON"),
    (
        "Set the tags and install what they ask for; \"\" for none",
        "Asigna las etiquetas e instala lo que piden; \"\" para ninguna",
    ),
    (
        "Set the tags without installing anything",
        "Asigna las etiquetas sin instalar nada",
    ),
    (
        "Only those with this prefix",
        "Solo los que tienen este prefijo",
    ),
    (
        "Only this value of each: id, description, name, value, prefix or sort",
        "Solo este valor de cada uno: id, description, name, value, prefix o sort",
    ),
    (
        "Names that can be installed",
        "Los nombres que se pueden instalar",
    ),
    ("Everything that is installed", "Todo lo instalado"),
    (
        "Those of a JSON list that are installed",
        "Los de una lista JSON que están instalados",
    ),
    ("The packager", "El empaquetador"),
    ("The project it is for", "El proyecto al que va"),
    ("The store to put it into", "El almacén donde se guarda"),
    ("One package or other file", "Un paquete u otro fichero"),
    (
        "Every file below a folder, as a package set",
        "Todos los ficheros de una carpeta, como conjunto de paquetes",
    ),
    ("Also those of other users", "También los de otros usuarios"),
    ("Number of the job", "Número del trabajo"),
    (
        "Go on until the job ends",
        "Sigue hasta que el trabajo termine",
    ),
    (
        "Host, host:port or address of the server",
        "Nombre, nombre:puerto o dirección del servidor",
    ),
    ("Name of the project", "Nombre del proyecto"),
    (
        "Empty for the host name",
        "Vacío para el nombre de la máquina",
    ),
    ("true or false", "true o false"),
    (
        "host:port, empty for none",
        "nombre:puerto, vacío para ninguno",
    ),
    (
        "Only the one that stands for this computer alone",
        "Solo el que representa a este equipo",
    ),
    (
        "Decide about the keys of repositories",
        "Decide sobre las claves de los repositorios",
    ),
    (
        "Trust a repository key that the server does not vouch for",
        "Confía en una clave de repositorios que el servidor no avala",
    ),
    (
        "Fingerprint of the key: 40 or 64 hexadecimal digits",
        "Huella de la clave: 40 o 64 dígitos hexadecimales",
    ),
    (
        "No longer taken: everybody on this computer could see it",
        "Ya no se admite: cualquiera en este equipo podría verla",
    ),
    (
        "Those of every server this computer ever had",
        "Las de todos los servidores que ha tenido este equipo",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::arguments::Arguments;
    use clap::CommandFactory;

    fn texts(command: &Command, found: &mut Vec<String>) {
        found.extend(command.get_about().map(ToString::to_string));
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string);
            found.push(help.unwrap_or_else(|| format!("{} has no help", argument.get_id())));
        }
        for part in command.get_subcommands() {
            texts(part, found);
        }
    }

    #[test]
    fn all_help_is_there_in_both_languages() {
        let mut english = Vec::new();
        texts(&Arguments::command(), &mut english);
        for text in &english {
            assert!(SPANISH.iter().any(|(known, _)| known == text), "{text}");
        }
        for (known, _) in SPANISH {
            assert!(
                english.iter().any(|text| text == known),
                "{known} is not used"
            );
        }
    }

    #[test]
    fn nothing_english_is_left_in_the_spanish_help() {
        let mut command = speaking(Arguments::command(), Language::Spanish);
        let help = command.render_help().to_string();
        for word in [
            "Uso: migasfree",
            "Órdenes:",
            "Opciones:",
            "Muestra esta ayuda",
        ] {
            assert!(help.contains(word), "{word}: {help}");
        }
        for word in ["Usage", "Commands", "Options:", "Print"] {
            assert!(!help.contains(word), "{word}: {help}");
        }
    }
}
