package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What completes the program's command lines, in three shells. What is no option is a file. */
final class Completion {
  private final Map<CommandName, CommandSpec> commands;

  /** Creates it for these commands. */
  Completion(Map<CommandName, CommandSpec> commands) {
    this.commands = new LinkedHashMap<>(commands);
  }

  /** Returns bash's script. */
  String bash() {
    String groups = String.join(" | ", groups());
    StringBuilder script =
        new StringBuilder(
            """
            # bash completion for holdfast
            _holdfast() {
              local cur=${COMP_WORDS[COMP_CWORD]} command= word i options=
              for ((i = 1; i < COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                case $word in
                  --) return ;;
                  --state) ((i++)) ;;
                  -*) ;;
                  *)
                    case $command in
                      "") command=$word ;;
                      %s) command+=" $word" ;;
                    esac
                    ;;
                esac
              done
              case $command in
                "") options="%s --state --json --verbose --help --version" ;;
            """
                .formatted(groups, String.join(" ", firstWords())));
    for (String group : groups()) {
      script.append("    %s) options=\"%s\" ;;\n".formatted(group, words(group)));
    }
    commands.forEach((name, spec) ->
        script.append(
            "    \"%s\") options=\"%s\" ;;\n"
                .formatted(name.words(), String.join(" ", longNames(spec)))));
    script.append(
        """
          esac
          case $command in
            "" | %s) ;;
            *) [[ $cur == -* ]] || return ;;
          esac
          COMPREPLY=($(compgen -W "$options" -- "$cur"))
        }
        complete -o bashdefault -o default -F _holdfast holdfast
        """
            .formatted(groups));
    return script.toString();
  }

  /** Returns zsh's function. */
  String zsh() {
    StringBuilder script =
        new StringBuilder(
            """
            #compdef holdfast
            local -a commands
            commands=(
            """);
    for (String word : firstWords()) {
      script.append("  '%s:%s'\n".formatted(word, zshWord(summary(word)).replace(":", "\\:")));
    }
    script.append(
        """
        )
        local curcontext=$curcontext state line
        _arguments -C \\
          '--state=[where the journal lives]:directory:_files -/' \\
          '--json[results and errors as JSON]' \\
          '(-v --verbose)'{-v,--verbose}'[say more]' \\
          '1:command:->command' '*::argument:->arguments' && return
        case $state in
          command) _describe command commands ;;
          arguments)
            case $words[1] in
        """);
    commands.forEach((name, spec) -> {
      if (name.words().indexOf(' ') < 0) {
        script.append("      %s)\n        _arguments".formatted(name.words()));
        options(spec).forEach(option -> script.append(" \\\n          ").append(zsh(option)));
        script.append(" \\\n          '*:file:_files'\n        ;;\n");
      }
    });
    for (String group : groups()) {
      script.append(
          "      %s) _arguments '1:command:(%s)' '*:file:_files' ;;\n"
              .formatted(group, words(group)));
    }
    script.append("    esac\n    ;;\nesac\n");
    return script.toString();
  }

  /** Returns fish's commands. */
  String fish() {
    StringBuilder script = new StringBuilder("# fish completion for holdfast\n");
    for (String word : firstWords()) {
      script.append(
          "complete -c holdfast -f -n __fish_use_subcommand -a %s -d %s\n"
              .formatted(word, fishWord(summary(word))));
    }
    for (String group : groups()) {
      script.append(
          "complete -c holdfast -f -n '__fish_seen_subcommand_from %s' -a '%s'\n"
              .formatted(group, words(group)));
    }
    commands.forEach((name, spec) ->
        options(spec)
            .forEach(option ->
                script.append(
                    "complete -c holdfast -n '__fish_seen_subcommand_from %s' -l %s%s -d %s\n"
                        .formatted(
                            name.words().split(" ", -1)[0],
                            option.longestName().substring(2),
                            option.arity().max() == 0 ? "" : " -r",
                            fishWord(description(option))))));
    return script.toString();
  }

  private List<String> firstWords() {
    return commands.keySet().stream()
        .map(name -> name.words().split(" ", -1)[0])
        .distinct()
        .toList();
  }

  /** Returns the first words that a second one follows. */
  private List<String> groups() {
    return firstWords().stream().filter(CommandName::isFirstOfTwo).toList();
  }

  /** Returns the second words of such a group. */
  private String words(String group) {
    return commands.keySet().stream()
        .map(CommandName::words)
        .filter(words -> words.startsWith(group + " "))
        .map(words -> words.substring(group.length() + 1))
        .collect(Collectors.joining(" "));
  }

  private String summary(String first) {
    List<String> summaries = new ArrayList<>();
    commands
        .keySet()
        .forEach(name -> {
          if (name.words().equals(first) || name.words().startsWith(first + " ")) {
            summaries.add(name.summary());
          }
        });
    return String.join("; ", summaries);
  }

  private static List<OptionSpec> options(CommandSpec spec) {
    return spec.options().stream()
        .filter(option -> !option.hidden() && option.longestName().startsWith("--"))
        .toList();
  }

  private static List<String> longNames(CommandSpec spec) {
    return options(spec).stream()
        .flatMap(option -> Arrays.stream(option.names()))
        .filter(name -> name.startsWith("--"))
        .toList();
  }

  private static String description(OptionSpec option) {
    return String.join(" ", option.description()).replace("%n", " ").replace("%%", "%");
  }

  private static String zsh(OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : ":" + option.paramLabel() + ":_files";
    return "'%s%s[%s]%s'"
        .formatted(
            option.longestName(),
            value.isEmpty() ? "" : "=",
            zshWord(description(option)).replace("[", "\\[").replace("]", "\\]"),
            value);
  }

  private static String zshWord(String text) {
    return text.replace("'", "'\\''");
  }

  private static String fishWord(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
