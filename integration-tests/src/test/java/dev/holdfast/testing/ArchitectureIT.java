package dev.holdfast.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Checks the layers: nothing below the command line knows of it, and only one class calls C. */
final class ArchitectureIT {
  private static final JavaClasses HOLDFAST =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.holdfast");

  @Test
  void nothingDependsOnTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.holdfast.cli..", "dev.holdfast.testing..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.holdfast.cli..")
        .allowEmptyShould(true)
        .check(HOLDFAST);
  }

  @Test
  void onlyOneClassCallsForeignFunctions() {
    noClasses()
        .that()
        .haveNameNotMatching("dev\\.holdfast\\.disk\\.linux\\.ForeignLibC(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(HOLDFAST);
  }
}
