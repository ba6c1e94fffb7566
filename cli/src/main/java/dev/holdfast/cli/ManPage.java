package dev.holdfast.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A page of the manual, in the macros of man(7), made of what {@code --help} is made of. */
final class ManPage {
  private final StringBuilder roff = new StringBuilder();

  private ManPage(String title, String version) {
    roff.append(".TH ").append(title.toUpperCase(Locale.ROOT).replace(' ', '-')).append(" 1 \"\" ");
    roff.append("\"Holdfast ").append(version).append("\" \"Holdfast\"\n");
  }

  /** Returns the page of the program as a whole. */
  static String ofProgram(String version) {
    ManPage page = new ManPage("holdfast", version);
    page.section("NAME").text("holdfast - updates of directories as transactions");
    page.section("SYNOPSIS");
    page.bold("holdfast").text("[--state DIR] [--json] [-v] COMMAND ...");
    page.section("DESCRIPTION");
    page.text(
        "Makes an update of live directories one transaction: all of it or nothing, also where the"
            + " power fails half way.");
    page.text("Each command has a page of its own: holdfast-apply(1), for example.");
    for (CommandName.Group group : CommandName.Group.values()) {
      page.subsection(group.title());
      for (CommandName name : CommandName.values()) {
        if (name.group() == group) {
          page.item(name.words() + " " + name.arguments(), name.summary());
        }
      }
    }
    page.exitStatus();
    page.section("ENVIRONMENT");
    page.item("HOLDFAST_STATE", "the directory of the journal, if --state does not name one");
    page.section("FILES");
    page.item("/var/lib/holdfast", "the journal of updates made by root");
    page.item(
        ".holdfast",
        "beside a root or inside it: what an update needs while it goes on, and what undo needs");
    page.section("SEE ALSO").text("holdfast-gate(1), flock(1)");
    return page.roff.toString();
  }

  /** Returns the page of a command. */
  static String of(CommandName name, CommandSpec spec, String version) {
    ManPage page = new ManPage("holdfast " + name.words(), version);
    page.section("NAME").text("holdfast-" + pageName(name) + " - " + name.summary());
    page.section("SYNOPSIS").bold("holdfast " + name.words());
    page.text("[OPTIONS] " + name.arguments());
    page.section("DESCRIPTION");
    List.of(spec.usageMessage().header()).forEach(page::text);
    List.of(spec.usageMessage().description()).forEach(page::text);
    List<PositionalParamSpec> parameters =
        spec.positionalParameters().stream().filter(parameter -> !parameter.hidden()).toList();
    if (!parameters.isEmpty()) {
      page.section("ARGUMENTS");
      parameters.forEach(parameter -> page.item(parameter.paramLabel(), words(parameter)));
    }
    page.section("OPTIONS");
    spec.options().stream()
        .filter(option -> !option.hidden())
        .forEach(option -> page.item(call(option), words(option)));
    page.exitStatus();
    page.footer(List.of(spec.usageMessage().footer()));
    page.section("SEE ALSO").text("holdfast(1)");
    return page.roff.toString();
  }

  /** Returns the end of the page's name, after {@code holdfast-}. */
  static String pageName(CommandName name) {
    return name.words().replace(' ', '-');
  }

  private static String call(OptionSpec option) {
    String names = String.join(", ", option.names());
    return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
  }

  private static String words(ArgSpec argument) {
    return String.join(" ", argument.description()).replace("%n", " ").replace("%%", "%");
  }

  private void exitStatus() {
    section("EXIT STATUS");
    item("0", "done");
    item("1", "failed; nothing changed");
    item("2", "wrong command line");
    item("3", "busy or in conflict; nothing changed");
    item("4", "a transaction is pending that could not be recovered");
    item("5", "the question could not be answered");
  }

  /** An example stands there as it is typed. */
  private void footer(List<String> lines) {
    if (lines.isEmpty()) {
      return;
    }
    section("EXAMPLE");
    roff.append(".nf\n");
    lines.stream()
        .map(line -> line.replace("%n", "").replace("%%", "%"))
        .filter(line -> !line.isBlank() && !line.equals("Example:"))
        .forEach(line -> roff.append(escape(line.stripLeading())).append('\n'));
    roff.append(".fi\n");
  }

  private ManPage section(String name) {
    roff.append(".SH ").append(name).append('\n');
    return this;
  }

  private void subsection(String name) {
    roff.append(".SS ").append(escape(name)).append('\n');
  }

  private ManPage bold(String text) {
    roff.append(".B ").append(escape(text)).append('\n');
    return this;
  }

  private void text(String text) {
    roff.append(escape(text)).append("\n.PP\n");
  }

  private void item(String term, String text) {
    roff.append(".TP\n.B ").append(escape(term.strip())).append('\n');
    roff.append(escape(text)).append('\n');
  }

  /** A hyphen that is typed is a minus; a dot or quote in front would be a macro. */
  private static String escape(String text) {
    String escaped =
        text.replace("\\", "\\(rs")
            .replace("-", "\\-")
            .replace("…", "...")
            .replace("·", "\\(pc")
            .replace("\"", "\\(dq");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
