/**
 * Services under real supervisors that read several files, write down every mixture that they see
 * and die all the time, while updates go through and are killed. Read {@link
 * dev.holdfast.testing.services.ServiceProof} first.
 */
@NullMarked
package dev.holdfast.testing.services;

import org.jspecify.annotations.NullMarked;
