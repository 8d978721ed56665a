package main

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// ConfigSchemaCmd prints the JSON Schema of the config.
type ConfigSchemaCmd struct{}

// Help is shown under the flags.
func (ConfigSchemaCmd) Help() string {
	return "Example: dateline config schema > dateline.schema.json\nThen put \"# yaml-language-server: $schema=dateline.schema.json\" on the config's first line, and editors complete and check it."
}

// Run prints the schema, JSON Schema 2020-12.
func (ConfigSchemaCmd) Run(std stdio) error {
	out := json.NewEncoder(std.Out)
	out.SetIndent("", "  ")
	return out.Encode(configSchema())
}

// schema is one JSON Schema.
type schema map[string]any

// configSchema describes the config file: what readYAML takes, and no more.
func configSchema() schema {
	w := &schemaWriter{defs: schema{}}
	root := w.object(reflect.TypeFor[config]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "Dateline's config"
	root["$defs"] = w.defs
	return root
}

type schemaWriter struct{ defs schema }

var (
	textReader = reflect.TypeFor[encoding.TextUnmarshaler]()
	nearType   = reflect.TypeFor[nearConfig]()
	manyType   = reflect.TypeFor[oneMany]()
)

// of describes a type. A struct is described once, under $defs.
func (w *schemaWriter) of(t reflect.Type) schema {
	switch {
	case t == manyType:
		return schema{"anyOf": []schema{{"type": scalarTypes}, {"type": "array", "items": schema{"type": scalarTypes}}}}
	case t == nearType:
		words := schema{"type": "integer", "minimum": 1}
		units := []string{"document", "paragraph", "sentence"}
		return schema{"anyOf": []schema{{"enum": units}, {"type": "object", "additionalProperties": false,
			"properties": schema{"unit": schema{"enum": append(units, "words", "tokens")}, "words": words, "tokens": words}}}}
	case reflect.PointerTo(t).Implements(textReader):
		return schema{"type": scalarTypes}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return w.of(t.Elem())
	case reflect.String:
		return schema{"type": scalarTypes}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.Int:
		return schema{"type": "integer"}
	case reflect.Float64:
		return schema{"type": "number"}
	case reflect.Slice:
		return schema{"type": []string{"array", "null"}, "items": w.of(t.Elem())}
	case reflect.Map:
		return schema{"type": []string{"object", "null"}, "additionalProperties": w.of(t.Elem())}
	default:
		name := strings.TrimSuffix(t.Name(), "Config")
		if w.defs[name] == nil {
			w.defs[name] = schema{} // it may hold itself
			w.defs[name] = w.object(t)
		}
		return schema{"$ref": "#/$defs/" + name}
	}
}

// scalarTypes are what a text may be written as: YAML reads 8080 as a number.
var scalarTypes = []string{"string", "number", "boolean", "null"}

// object describes a struct by its yaml tags.
func (w *schemaWriter) object(t reflect.Type) schema {
	properties := schema{}
	for i := range t.NumField() {
		f := t.Field(i)
		if name := f.Tag.Get("yaml"); name != "" {
			properties[name] = w.of(f.Type)
		}
	}
	return schema{"type": []string{"object", "null"}, "additionalProperties": false, "properties": properties}
}
