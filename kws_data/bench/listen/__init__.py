"""What bundles do in streams that they never met: found, false accepts by kind, noise, clips; mean over trainings."""
