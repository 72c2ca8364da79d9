"""The Qt window: shows a snapshot, sends wishes. Imports core and ports."""
