//! What the server says, in the reader's language. The server speaks English; what it says often at a field or in a form is known here.
use crate::text::{Locale, locale};

/// What is said of names that are well formed and that nothing in the project offers.
pub const NOT_OFFERED: &str = "Nothing in this project offers *: check the spelling, or save it all the same if the computers have a source of their own for it.";

/// A sentence of the server and the same in Spanish; `*` stands for what changes in it.
const SPANISH: &[(&str, &str)] = &[
    ("This value is required.", "Rellene este campo."),
    ("This value must not be empty.", "Rellene este campo."),
    ("Enter a number.", "Escriba un número."),
    (
        "* is not a number: write numbers, separated by commas.",
        "* no es un número: escriba números separados por comas.",
    ),
    (
        "Write it on one line, without tabs or other control characters.",
        "Escríbalo en una sola línea, sin tabuladores ni otros caracteres de control.",
    ),
    (
        "This has a null character (U+0000), which cannot be stored: take it out.",
        "Contiene un carácter nulo (U+0000), que no se puede guardar: quítelo.",
    ),
    ("Write a text.", "Escriba un texto."),
    (
        "Write a date as YYYY-MM-DD.",
        "Escriba una fecha como AAAA-MM-DD.",
    ),
    ("Write a date from * to *.", "Escriba una fecha de * a *."),
    (
        "* is no name of a package: write names alone, one on each line.",
        "* no es el nombre de un paquete: escriba solo nombres, uno en cada línea.",
    ),
    (
        "* is among the packages to install, too: leave it in one of the lists.",
        "* está también entre los paquetes que se instalan: déjelo en una sola lista.",
    ),
    (
        "What is yours stays in a domain of yours: choose one of them. To make it everybody's, ask an administrator who has no domain.",
        "Lo suyo se queda en un dominio suyo: elija uno de ellos. Para que sea de todos, pídalo a un administrador sin dominio.",
    ),
    (
        "Use letters from A to Z and digits only.",
        "Use solo letras de la A a la Z y cifras.",
    ),
    (
        "Write at most * characters.",
        "Escriba * caracteres como máximo.",
    ),
    (
        "Write a number between * and *.",
        "Escriba un número entre * y *.",
    ),
    (
        "* is none of the possible values.",
        "* no es ninguno de los valores posibles.",
    ),
    (
        "There is nothing with the id *.",
        "No hay nada con el número *.",
    ),
    (
        "Another one has this value already: choose another.",
        "Ya hay otro con este valor: elija uno distinto.",
    ),
    (
        "Another one has the same * already: change one of them.",
        "Ya hay otro con los mismos valores (*): cambie alguno.",
    ),
    (
        "Write a name with letters or digits.",
        "Escriba un nombre con letras o cifras.",
    ),
    (
        NOT_OFFERED,
        "Nada de este proyecto ofrece *: revise cómo está escrito, o guárdelo de todos modos si los equipos tienen un origen propio para ello.",
    ),
    (
        "Not of the project of the deployment: *.",
        "No son del proyecto del despliegue: *.",
    ),
    (
        "The file is no * picture, whatever its name says.",
        "El fichero no es una imagen *, aunque su nombre lo diga.",
    ),
    (
        "Nobody can delete their own account.",
        "Nadie puede eliminar su propia cuenta.",
    ),
    (
        "Nobody can take their own rights away: ask another superuser.",
        "Nadie puede quitarse sus propios derechos: pídalo a otro administrador.",
    ),
    (
        "A basic property is built in: this cannot change.",
        "Es una fórmula básica del sistema: esto no puede cambiar.",
    ),
    (
        "This property is built in and cannot be deleted: disable it instead.",
        "Es una fórmula básica del sistema y no se puede eliminar: desactívela.",
    ),
    (
        "A built-in attribute keeps its value.",
        "Un atributo del sistema conserva su valor.",
    ),
    (
        "Repositories of * cannot be published yet, only those of apt.",
        "Todavía no se pueden publicar repositorios de *, solo los de apt.",
    ),
    (
        "* is not the name of a Debian package: it must end with .deb",
        "* no es el nombre de un paquete de Debian: debe terminar en .deb",
    ),
    (
        "the store has a different file called *; give the new package another version",
        "el almacén tiene otro fichero llamado *; dé otra versión al paquete nuevo",
    ),
    (
        "*: this is not a Debian package: *",
        "*: no es un paquete de Debian: *",
    ),
    (
        "*: the file is cut off in *; transfer it again",
        "*: el fichero está cortado en *; envíelo otra vez",
    ),
    (
        "The user name or the password is not right.",
        "El usuario o la contraseña no son correctos.",
    ),
    (
        "Too many requests: try again in * seconds.",
        "Demasiados intentos: pruebe de nuevo dentro de * segundos.",
    ),
    (
        "Too many wrong passwords: try again in * seconds.",
        "Demasiadas contraseñas incorrectas: pruebe de nuevo dentro de * segundos.",
    ),
    (
        "You do not have the permission *: ask an administrator for it.",
        "No tiene el permiso *: pídalo a un administrador.",
    ),
    (
        "This belongs to everybody or to another domain: ask an administrator who has no domain.",
        "Esto es de todos o de otro dominio: pídalo a un administrador sin dominio.",
    ),
    (
        "What is made here is everybody's: ask an administrator who has no domain.",
        "Lo que se crea aquí es de todos: pídalo a un administrador sin dominio.",
    ),
    (
        "Nobody deletes a domain of their own: ask an administrator who has no domain.",
        "Nadie elimina un dominio suyo: pídalo a un administrador sin dominio.",
    ),
    (
        "Nobody changes what a domain of their own is: ask an administrator who has no domain.",
        "Nadie cambia lo que es un dominio suyo: pídalo a un administrador sin dominio.",
    ),
    (
        "Nobody adds themselves to a domain: ask a superuser.",
        "Nadie se añade a sí mismo a un dominio: pídalo a un administrador general.",
    ),
    (
        "Only superusers make superusers or act on them: ask one.",
        "Solo los administradores generales crean otros o actúan sobre ellos: pídalo a uno.",
    ),
    (
        "This gives, takes or uses *, which you do not have yourself: ask somebody who has.",
        "Esto da, quita o usa algo que usted no tiene (*): pídalo a quien lo tenga.",
    ),
    (
        "Nobody changes what they themselves may do: ask somebody else who may.",
        "Nadie cambia lo que él mismo puede hacer: pídalo a otra persona que pueda.",
    ),
    (
        "Nobody takes a domain of their own away from others: ask an administrator who has no domain.",
        "Nadie quita a otros un dominio suyo: pídalo a un administrador sin dominio.",
    ),
    (
        "These have no other domain and would see everything: *. Give them another one first.",
        "Estas cuentas no tienen otro dominio y lo verían todo: *. Deles otro antes.",
    ),
    (
        "These would no longer be limited to the domain: *. Give them another domain or delete them first.",
        "Estas cuentas dejarían de estar limitadas al dominio: *. Deles otro dominio o elimínelas antes.",
    ),
    (
        "Something that is not yours to change names one of these computers alone: ask an administrator who has no domain.",
        "Algo que usted no puede modificar nombra solo a uno de estos equipos: pídalo a un administrador sin dominio.",
    ),
    (
        "* in * is no name of a package of *, the package system of the other project: change it here first.",
        "* en * no es el nombre de un paquete de *, el sistema de paquetes del otro proyecto: cámbielo aquí antes.",
    ),
    (
        "The other project takes packages of Debian alone, and these are none: *.",
        "El otro proyecto solo admite paquetes de Debian, y estos no lo son: *.",
    ),
    // What computers do.
    ("is done", "ha terminado"),
    ("reads properties", "lee las fórmulas"),
    ("sends attributes", "envía sus atributos"),
    ("reads attributes", "lee sus atributos"),
    ("reads fault definitions", "lee las comprobaciones"),
    ("sends faults", "envía sus fallos"),
    ("reads repositories", "lee los repositorios"),
    ("changes packages", "cambia paquetes"),
    ("sends software", "envía su software"),
    ("looks at hardware", "examina su hardware"),
    ("sends hardware", "envía su hardware"),
    ("reads devices", "lee los dispositivos"),
    ("reads traits", "lee sus rasgos"),
    ("sets tags", "pone etiquetas"),
    ("reads tags", "lee las etiquetas"),
    ("reads its label", "lee su etiqueta"),
    ("reads its data", "lee sus datos"),
    ("sends errors", "envía sus errores"),
    ("ends its synchronization", "termina su sincronización"),
    // Permissions of what this view has no name for.
    ("Can add *", "Puede añadir: *"),
    ("Can change *", "Puede modificar: *"),
    ("Can delete *", "Puede eliminar: *"),
    ("Can view *", "Puede ver: *"),
];

/// The sentence in the reader's language where it is known, else as the server said it.
pub fn said(sentence: &str) -> String {
    let known = match locale() {
        Locale::en => None,
        Locale::es => SPANISH
            .iter()
            .find_map(|(english, spanish)| Some((captured(english, sentence)?, *spanish))),
    };
    known.map_or_else(
        || sentence.to_owned(),
        |(values, pattern)| filled(pattern, &values),
    )
}

/// Whether something said in the reader's language is this sentence of the server.
pub fn is(said: &str, english: &str) -> bool {
    let spanish = SPANISH
        .iter()
        .filter(|(known, _)| *known == english)
        .map(|(_, spanish)| *spanish);
    std::iter::once(english)
        .chain(spanish)
        .any(|pattern| captured(pattern, said).is_some())
}

/// What stands where the pattern has its stars.
fn captured<'a>(pattern: &str, sentence: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split('*');
    let mut rest = sentence.strip_prefix(parts.next()?)?;
    let mut values = Vec::new();
    for part in parts {
        let at = if part.is_empty() {
            rest.len()
        } else {
            rest.find(part)?
        };
        values.push(rest.get(..at)?);
        rest = rest.get(at + part.len()..)?;
    }
    rest.is_empty().then_some(values)
}

fn filled(pattern: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut filled = String::new();
    for (index, part) in pattern.split('*').enumerate() {
        if index > 0 {
            filled.push_str(values.next().copied().unwrap_or_default());
        }
        filled.push_str(part);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_keeps_what_changes_in_it() {
        let english = "Write a number between * and *.";
        let values = captured(english, "Write a number between 1 and 5.");
        assert_eq!(values.as_deref(), Some(&["1", "5"][..]));
        assert_eq!(captured(english, "Write a text."), None);
        assert_eq!(filled("entre * y *.", &["1", "5"]), "entre 1 y 5.");
    }

    #[test]
    fn a_sentence_is_known_again_in_both_languages() {
        assert!(is(&filled(NOT_OFFERED, &["vlcc, gimpp"]), NOT_OFFERED));
        let spanish = SPANISH.iter().find(|(english, _)| *english == NOT_OFFERED);
        let spanish = spanish.map(|(_, spanish)| filled(spanish, &["vlcc"]));
        assert!(spanish.is_some_and(|spanish| is(&spanish, NOT_OFFERED)));
        let malformed = r#""-rf" is no name of a package: write names alone, one on each line."#;
        assert!(!is(malformed, NOT_OFFERED));
    }

    #[test]
    fn translations_have_as_many_gaps_as_their_originals() {
        for (english, spanish) in SPANISH {
            assert_eq!(
                english.matches('*').count(),
                spanish.matches('*').count(),
                "{english}"
            );
        }
    }
}
