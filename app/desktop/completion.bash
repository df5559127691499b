# Completion of losslens for bash. The tables behind these functions are written from the program's own table of options:
#   _losslens_commands          the commands, a line each; some are two words
#   _losslens_options COMMAND   the names of its options
#   _losslens_value COMMAND OPTION, _losslens_operand COMMAND, _losslens_spec [KEY]
#                               what may stand there: words, and <file>, <file:png>, <dir>; <list>: several of the words
#                               with commas between them; <spec>: key=value with commas. 1: there is no such thing.

# Puts COMP_WORDS, which bash also cuts at "=", together again as `words`, up to the cursor.
_losslens_split() {
    local line=${COMP_LINE:0:COMP_POINT} word
    words=()
    for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
        if [ ${#words[@]} -eq 0 ] || [[ $line == [[:space:]]* ]]; then
            line=${line#"${line%%[![:space:]]*}"}
            words+=("$word")
        else
            words[-1]+=$word
        fi
        line=${line#"$word"}
    done
}

# The command of `words`, and in `first` where its arguments begin.
_losslens_find_command() {
    local two="${words[1]-} ${words[2]-}" known
    command=view first=1
    [ ${#words[@]} -gt 2 ] && [[ ${words[1]} != -* ]] || return
    command=${words[1]} first=2
    while read -r known; do
        if [ ${#words[@]} -gt 3 ] && [ "$two" = "$known" ]; then
            command=$known first=3
        fi
    done < <(_losslens_commands)
}

# Adds those of WORD... that go on from PREFIX where the user is; KEEP is what stands before.
_losslens_offer() { # KEEP PREFIX WORD...
    local keep=$1 prefix=$2 word
    shift 2
    for word; do
        [[ $word == "$prefix"* ]] && COMPREPLY+=("$keep$word")
    done
}

_losslens_offer_files() { # ACTION [PATTERN]
    local name plain=${current//\\/}
    compopt -o filenames -o default
    while read -r name; do
        COMPREPLY+=("$name")
    done < <({ compgen -A "$1" ${2:+-X "$2"} -- "$plain"; [ -z "${2-}" ] || compgen -d -- "$plain"; } | sort -u)
}

_losslens_offer_spec() {
    local keep='' item=$current key
    if [[ $current == *,* ]]; then
        keep=${current%,*}','
        item=${current##*,}
    fi
    compopt -o nospace
    if [[ $item == *=* ]]; then
        # shellcheck disable=SC2046
        _losslens_offer "$keep${item%%=*}=" "${item#*=}" $(_losslens_spec "${item%%=*}")
        return
    fi
    for key in $(_losslens_spec ''); do
        [[ ,$keep == *",$key="* ]] || _losslens_offer "$keep" "$item" "$key="
    done
}

# Offers what may stand at the cursor: the words of one of the tables.
_losslens_offer_value() { # WORD...
    local word keep='' prefix=$current plain=()
    for word; do
        case $word in
        '<file>') _losslens_offer_files file ;;
        '<file:'*)
            word=${word#<file:}
            _losslens_offer_files file "!*.${word%>}"
            ;;
        '<dir>') _losslens_offer_files directory ;;
        '<spec>') _losslens_offer_spec ;;
        '<list>')
            compopt -o nospace
            if [[ $current == *,* ]]; then
                keep=${current%,*}','
                prefix=${current##*,}
            fi
            ;;
        *) plain+=("$word") ;;
        esac
    done
    _losslens_offer "$keep" "$prefix" "${plain[@]}"
}

# Options that are not there yet.
_losslens_offer_options() {
    local option
    for option in $(_losslens_options "$command"); do
        [[ " ${words[*]:first} " == *" $option "* && $option != "$current" ]] || _losslens_offer '' "$current" "$option"
    done
}

# shellcheck disable=SC2046
_losslens() {
    local words current command first option='' known i cut
    COMPREPLY=()
    _losslens_split
    _losslens_find_command
    current=${words[-1]}
    if [[ $current == --*=* ]]; then
        option=${current%%=*} current=${current#*=}
    elif [ $((${#words[@]} - 1)) -gt "$first" ]; then
        option=${words[-2]}
    fi
    if [ -n "$option" ] && known=$(_losslens_value "$command" "$option"); then
        # shellcheck disable=SC2086
        _losslens_offer_value $known
        if [[ $current == *=* && $COMP_WORDBREAKS == *=* ]]; then # bash replaces what stands behind the last "=" alone
            cut=${current%"${current##*=}"}
            for i in "${!COMPREPLY[@]}"; do
                COMPREPLY[i]=${COMPREPLY[i]#"$cut"}
            done
        fi
        return
    fi
    if [ ${#words[@]} -eq 2 ]; then
        _losslens_offer '' "$current" $(_losslens_commands | cut -d ' ' -f 1 | sort -u) --version
    elif [ ${#words[@]} -eq 3 ]; then
        _losslens_offer '' "$current" $(_losslens_commands | sed -n "s/^${words[1]} //p")
    fi
    if [ ${#words[@]} -lt 4 ] && [ ${#COMPREPLY[@]} -gt 0 ]; then
        return # a command, before what the one before it could take
    fi
    if [[ $current != -* ]] && known=$(_losslens_operand "$command"); then
        # shellcheck disable=SC2086
        _losslens_offer_value $known
    elif [[ $current == -* ]] || [ ${#words[@]} -gt 2 ]; then
        _losslens_offer_options
    fi
}
complete -F _losslens losslens
