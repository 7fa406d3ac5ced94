# The documented verbs, forwarded to Taskfile.yml.
VERBS = set-rev images tag-images upload-images deploy delete-deployments redeploy roll full-roll purge \
        secrets render status logs demo undeploy dev test check
TASK := $(shell command -v task 2>/dev/null)

.PHONY: $(VERBS)
$(VERBS):
ifeq ($(TASK),)
	@echo "task is not installed: pip install go-task-bin (or npm install --global @go-task/cli, brew install go-task)" >&2; exit 1
else
	@$(TASK) $@
endif
