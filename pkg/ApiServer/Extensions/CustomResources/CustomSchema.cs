using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Schema;
using Kube1.Api.Validation;
using Kube1.ApiServer.Extensions.Rules;
using Kube1.ApiServer.Extensions.Schemas;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;
using Kube1.Storage;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>The schema of one version of a custom resource, compiled once for all requests.</summary>
internal sealed class CustomSchema
{
    private CustomSchema(StructuralSchema structure, SchemaType type)
    {
        Structure = structure;
        Type = type;
        Rules = SchemaRules.Compile(structure);
    }

    /// <summary>The schema as the definition says it.</summary>
    public StructuralSchema Structure { get; }

    /// <summary>What decoding, merging and field ownership walk.</summary>
    public SchemaType Type { get; }

    /// <summary>Its x-kubernetes-validations; null for none. They come after all else that can be wrong.</summary>
    public SchemaRules? Rules { get; }

    /// <summary>Sets what is absent and has a default.</summary>
    public void Default(JsonObject obj) => Defaulting.Apply(obj, Structure);

    /// <summary>
    /// A body, or an object that was changed, without what the schema does not know; that comes back as warnings. Throws
    /// <see cref="ObjectDecodeException"/>.
    /// </summary>
    public DecodedObject Decode(ReadOnlySpan<byte> json)
    {
        var decoded = ObjectDecoder.DecodeRaw(json, Type);
        if (!Structure.HasEmbeddedResources)
        {
            return decoded;
        }

        var (errors, unknown) = (new FieldErrorList(), new List<string>());
        EmbeddedMetadata.Coerce(
            decoded.Object, Structure, isResource: false, dropsInvalid: false, null, errors, unknown);
        return errors.Count > 0
            ? throw new ObjectDecodeException(errors[0].ToString()!)
            : unknown.Count == 0 ? decoded
            : decoded with { Warnings = [.. decoded.Warnings, .. unknown.Select(path => $"unknown field \"{path}\"")] };
    }

    /// <summary>The same for an object of any origin, whose warnings nobody wants.</summary>
    public JsonObject Prune(JsonObject obj)
    {
        using var buffer = new PooledBuffer();
        CanonicalJson.Write(buffer, obj);
        return Decode(buffer.WrittenSpan).Object;
    }

    /// <summary>Adds what is wrong with an object; what was wrong before an update of it, and is the same, may stay.</summary>
    public void Validate(JsonObject obj, JsonObject? old, FieldErrorList errors)
    {
        SchemaValidator.Validate(Structure, obj, old, null, errors);
        EmbeddedMetadata.Validate(obj, Structure, isResource: false, null, errors);
        ListTypeRules.Validate(Structure, obj, old, null, errors);
    }

    /// <summary>The same for an update of the status alone.</summary>
    public void ValidateStatus(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        if (obj.TryGetPropertyValue("status", out var status) && Structure.Find("status") is { } schema)
        {
            SchemaValidator.Validate(schema, status, old["status"], FieldPath.Of("status"), errors);
        }

        ListTypeRules.Validate(Structure, obj, old, null, errors);
    }

    /// <summary>
    /// Reads the schema of the version at an index of spec.versions. Throws 500 for one that cannot be served: validation
    /// lets none into the store.
    /// </summary>
    public static CustomSchema Read(StoredEntry definition, int index, GroupVersionKind kind, bool preserveUnknownFields)
    {
        try
        {
            var version = (JsonObject)CanonicalJson.Parse(definition.Value.Span)["spec"]!["versions"]![index]!;
            var json = version.Child("schema").Child("openAPIV3Schema");
            var structure = json is null ? StructuralSchema.Empty : StructuralSchema.Parse(json);
            // Without a schema nothing is unknown.
            return new CustomSchema(
                structure, SchemaTypeBuilder.Build(structure, kind, preserveUnknownFields || json is null));
        }
        catch (FormatException e)
        {
            throw ApiErrors.Internal("error resolving resource", e);
        }
    }
}
