package dev.holdfast.cli;

import picocli.CommandLine.Mixin;

/** A command with the options that every command has. */
abstract class AbstractCommand implements Command {
  @Mixin private final GlobalOptions global = new GlobalOptions();

  @Override
  public final GlobalOptions global() {
    return global;
  }
}
