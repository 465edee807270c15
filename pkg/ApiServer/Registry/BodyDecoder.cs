using System.Text.Json.Nodes;
using Kube1.Api.Patches;
using Kube1.Api.Schema;

namespace Kube1.ApiServer.Registry;

/// <summary>How bodies, and objects that were changed, become canonical objects of a resource.</summary>
internal abstract class BodyDecoder
{
    /// <summary>The body of a create or an update; throws 400 for everything that is wrong with it.</summary>
    public abstract DecodedObject Decode(ReadOnlySpan<byte> body, FieldValidation mode, BodyFormat format);

    /// <summary>
    /// A changed object, back in canonical form; unknown fields come back as warnings. Throws
    /// <see cref="ObjectDecodeException"/>.
    /// </summary>
    public abstract DecodedObject Canonicalize(JsonObject changed);

    /// <summary>
    /// What a patch made of an object, in canonical form, with the warnings of both. Throws 422 when it made something else
    /// of it. Of an object that <paramref name="keepsRest"/>, the rest is taken over as it is.
    /// </summary>
    public abstract DecodedObject Canonicalize(PatchedObject patched, FieldValidation mode, bool keepsRest = false);

    /// <summary>Along a type of the tables.</summary>
    public static BodyDecoder Of(SchemaType type) => new Typed(type);

    private sealed class Typed(SchemaType type) : BodyDecoder
    {
        public override DecodedObject Decode(ReadOnlySpan<byte> body, FieldValidation mode, BodyFormat format) =>
            ObjectDecoder.Decode(body, type, mode, format);

        public override DecodedObject Canonicalize(JsonObject changed) => ObjectDecoder.Canonicalize(changed, type);

        public override DecodedObject Canonicalize(PatchedObject patched, FieldValidation mode, bool keepsRest) =>
            patched.Canonicalize(type, mode, keepsRest ? obj => ObjectDecoder.CanonicalizeMetadata(obj, type) : null);
    }
}
