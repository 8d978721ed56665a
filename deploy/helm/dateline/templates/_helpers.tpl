{{- define "dateline.name" -}}
{{- (contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name)) | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "dateline.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{ include "dateline.selector" . }}
{{- end }}

{{- define "dateline.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The pod of one part: web or fetch. It is given root, part, its values, and where it tells of its health. */}}
{{- define "dateline.pod" -}}
metadata:
  labels:
    {{- include "dateline.selector" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .part }}
  annotations:
    checksum/config: {{ toYaml .root.Values.config | sha256sum }}
    checksum/store: {{ .root.Values.store.url | sha256sum }}
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 30
  securityContext: {runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "dateline.selector" $.root | nindent 10 }}
          app.kubernetes.io/component: {{ $.part }}
    {{- end }}
  containers:
    - name: {{ .part }}
      image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: [{{ .part }}]
      envFrom:
        - secretRef: {name: {{ .root.Values.store.existingSecret | default (printf "%s-store" (include "dateline.name" .root)) }}}
      env:
        - {name: DATELINE_SITE_URL, value: {{ .root.Values.siteURL | quote }}}
        - {name: DATELINE_METRICS, value: ":9464"}
        - {name: GOMEMLIMIT, value: {{ .values.memory | quote }}}
      ports:
        {{- if eq .part "web" }}
        - {name: http, containerPort: 8080}
        {{- end }}
        - {name: metrics, containerPort: 9464}
      startupProbe: {httpGet: {path: /healthz, port: metrics}, periodSeconds: 1, failureThreshold: 60}
      livenessProbe: {httpGet: {path: /healthz, port: metrics}, periodSeconds: 20}
      readinessProbe: {httpGet: {path: {{ .ready }}, port: metrics}, periodSeconds: 5}
      resources: {{- toYaml .values.resources | nindent 8 }}
      securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      volumeMounts:
        - {name: config, mountPath: /etc/dateline, readOnly: true}
        - {name: tmp, mountPath: /tmp}
  volumes:
    - {name: config, configMap: {name: {{ include "dateline.name" .root }}}}
    - {name: tmp, emptyDir: {}}
{{- end }}
