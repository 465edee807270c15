using Kube1.ApiServer.Registry.FieldManagement;

namespace Kube1.ApiServer.Http;

/// <summary>Whose fields the fields of a request become.</summary>
internal static class RequestFieldWrite
{
    /// <summary>A write of the object, or through one of its subresources.</summary>
    public static FieldWrite Of(RequestScope scope) =>
        Of(scope, ObjectForms.Of(scope.Resource, scope.Core.Resources)) with
        {
            Filter = ResetFields.Of(scope.Resource.Descriptor, scope.Info.Subresource),
        };

    /// <summary>A write of another form of the object: a Scale.</summary>
    public static FieldWrite Of(RequestScope scope, ObjectForms forms) => new()
    {
        Forms = forms,
        Subresource = scope.Info.Subresource,
        Manager = ManagerName.Of(scope.Query("fieldManager"), scope.Http.Request.Headers.UserAgent.ToString()),
        Time = scope.Core.Time.GetUtcNow(),
    };
}
