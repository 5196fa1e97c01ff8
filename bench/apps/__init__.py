"""What the playground is compared with; configured by BENCH_* variables."""
