#!/bin/sh
# The package manager of the played back end: play.sh HOME DESCRIPTOR VERB WORD…
# Words are NAME, or in a plan +NAME=VERSION and -NAME=VERSION.

home=$1
descriptor=$2
verb=$3
shift 3

say() {
    echo "$*" >> "/proc/$$/fd/$descriptor"
}

read_offer() {
    name=${1#?}
    name=${name%%=*}
    . "$home/lists/$name"
}

# Whether what goes is all that has to go.
same_plan() {
    for word in "$@"; do
        case $word in
        +*)
            read_offer "$word"
            for other in $conflicts; do
                [ -e "$home/installed/$other" ] || continue
                case " $* " in
                *" -$other="*) ;;
                *) return 1 ;;
                esac
            done
            ;;
        esac
    done
}

unpack() {
    read_offer "$1"
    say "item unpack $name 20"
    cp "$home/lists/$name" "$home/unpacking"
    echo "state='unpacked'" >> "$home/unpacking"
    mv "$home/unpacking" "$home/installed/$name"
}

configure() {
    . "$home/installed/$1"
    say "item configure $1 80"
    case $script in
    waits)
        touch "$home/slow-began"
        while [ -e "$home/hold" ]; do sleep 0.1; done
        ;;
    fails)
        echo "$1: on purpose"
        return 1
        ;;
    esac
    cp "$home/installed/$1" "$home/unpacking"
    echo "state='whole'" >> "$home/unpacking"
    mv "$home/unpacking" "$home/installed/$1"
    say "item install $1 100"
}

each() {
    what=$1
    sign=$2
    shift 2
    failed=0
    for word in "$@"; do
        case $word in
        "$sign"*)
            name=${word#?}
            $what "${name%%=*}" "$word" || failed=1
            ;;
        esac
    done
    return $failed
}

remove() {
    say "item remove $1 100"
    rm -f "$home/installed/$1"
}

case $verb in
refresh)
    rm -rf "$home/lists"
    cp -r "$home/offered" "$home/lists"
    ;;
download)
    for word in "$@"; do
        case $word in
        +*) touch "$home/downloads/${word#+}" ;;
        esac
    done
    say "download 100"
    ;;
act)
    same_plan "$@" || {
        echo "another plan"
        exit 9
    }
    each remove - "$@"
    for word in "$@"; do
        case $word in +*) unpack "$word" ;; esac
    done
    each configure + "$@"
    ;;
configure)
    failed=0
    for file in "$home"/installed/*; do
        [ -e "$file" ] || continue
        . "$file"
        [ "$state" = unpacked ] || continue
        configure "$(basename "$file")" || failed=1
    done
    exit $failed
    ;;
discard)
    for name in "$@"; do remove "$name"; done
    ;;
esac
