using System.Text.Json.Nodes;
using Kube1.Api;

namespace Kube1.ApiServer.Registry.Views;

/// <summary>
/// A second form in which stored objects are served: another version, or another group. Everything between decoding
/// and encoding works on the stored form; a view comes in and goes out at the edge.
/// </summary>
internal abstract class ObjectView
{
    /// <summary>The kind that clients of the view see.</summary>
    public required GroupVersionKind Kind { get; init; }

    /// <summary>From the stored form to the view's, in place; apiVersion and kind are left to the caller.</summary>
    public abstract void ToView(JsonObject obj);

    /// <summary>From the view's form to the stored one, in place.</summary>
    public abstract void ToStored(JsonObject obj);

    /// <summary>The stored name of a field that a selector names; null when the view has no such field.</summary>
    public virtual string? StoredField(string path) => path;

    /// <summary>The stored object as a client of the view sees it: a tree of its own.</summary>
    public JsonObject Of(JsonObject stored)
    {
        var obj = stored.DeepClone().AsObject();
        ToView(obj);
        obj["apiVersion"] = Kind.ApiVersion;
        obj["kind"] = Kind.Kind;
        return obj;
    }
}
