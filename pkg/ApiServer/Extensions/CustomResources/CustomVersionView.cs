using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry.Views;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// Objects of other versions as objects of this one. Field managers of several versions make the server compare an
/// object in the form of each (k8s.io/apimachinery/pkg/util/managedfields versionConverter).
/// </summary>
internal sealed class CustomVersionView(CustomVersion version) : ObjectView
{
    /// <inheritdoc/>
    public override void ToView(JsonObject obj)
    {
        if (version.Owner.IsRenamed)
        {
            // The caller writes the apiVersion.
            return;
        }

        Replace(obj, version.Owner.Converter);
    }

    /// <inheritdoc/>
    public override void ToStored(JsonObject obj)
    {
        // What is compared goes from the request's version to this one, and back by the request's own view.
    }

    // The comparison of fields is one synchronous walk; only objects that managers wrote in several versions come here.
    private void Replace(JsonObject obj, ICustomResourceConverter converter)
    {
        var converted = converter.ConvertAsync([obj.DeepClone().AsObject()], Kind.ApiVersion, CancellationToken.None)
            .AsTask().GetAwaiter().GetResult()[0];
        obj.Clear();
        foreach (var (name, value) in converted.ToList())
        {
            converted.Remove(name);
            obj[name] = value;
        }
    }
}
