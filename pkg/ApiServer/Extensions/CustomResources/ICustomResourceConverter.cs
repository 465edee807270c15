using System.Text.Json.Nodes;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// Converts objects of one custom resource between its versions: spec.conversion of its definition.
/// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/
/// </summary>
internal interface ICustomResourceConverter
{
    /// <summary>
    /// The objects, in their order, as objects of the version <paramref name="apiVersion"/> ("example.com/v1"). They may
    /// be of several other versions, and are the converter's to change. Throws
    /// <see cref="Api.Errors.ApiException"/> when one of them cannot be converted.
    /// </summary>
    ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(
        IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken);
}
