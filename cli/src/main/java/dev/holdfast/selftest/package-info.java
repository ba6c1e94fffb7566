/**
 * Lets users prove crash safety where they need it: real updates by the real program, killed at
 * every step, recovered and compared. {@link dev.holdfast.selftest.SelfTest} is the type to read
 * first. What the project's own crash rigs share with it is in the packages below.
 */
@NullMarked
package dev.holdfast.selftest;

import org.jspecify.annotations.NullMarked;
