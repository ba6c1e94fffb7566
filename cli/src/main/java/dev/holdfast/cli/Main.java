package dev.holdfast.cli;

/** Starts the program; no command exists yet. */
final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.err.println("holdfast: not built yet");
    System.exit(1);
  }
}
