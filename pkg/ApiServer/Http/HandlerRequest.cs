using System.Text.Json.Nodes;
using Kube1.Api.Schema;
using Kube1.ApiServer.Admission;

namespace Kube1.ApiServer.Http;

/// <summary>What the pipeline hands to a subresource handler.</summary>
internal sealed class HandlerRequest : SubresourceRequest
{
    private readonly RequestScope _scope;

    private HandlerRequest(RequestScope scope) => _scope = scope;

    /// <inheritdoc/>
    public override bool DryRun => _scope.DryRun;

    /// <summary>The handler's view of a request.</summary>
    public static HandlerRequest Of(RequestScope scope) => new(scope)
    {
        Http = scope.Http,
        Info = scope.Info,
        Resource = scope.Resource.Descriptor,
        User = scope.User,
        Objects = scope.Core.Objects,
    };

    /// <inheritdoc/>
    public override ValueTask<JsonObject> ReadObjectAsync(string schemaType, CancellationToken cancellationToken) =>
        ObjectBody.ReadAsync(
            _scope,
            SchemaCatalog.BuiltIn.Find(schemaType) ?? throw new ArgumentException($"no type {schemaType}", nameof(schemaType)),
            cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<JsonObject?> AdmitAsync(
        AdmissionOperation operation, JsonObject? obj, JsonObject? old, Action<JsonObject>? complete,
        CancellationToken cancellationToken)
    {
        var request = new AdmissionRequest
        {
            Operation = operation,
            Resource = Resource,
            Subresource = Info.Subresource,
            Namespace = Namespace ?? "",
            Name = Info.Name,
            User = User,
            Object = obj ?? (operation == AdmissionOperation.Connect ? ConnectOptions.Of(Info, Http.Request.Query) : null),
            OldObject = old,
            DryRun = DryRun,
            Objects = Objects,
            Origin = _scope.AdmissionOrigin,
            WarningSink = _scope.Warn,
        };
        await _scope.Core.Admission.AdmitAsync(request, cancellationToken).ConfigureAwait(false);
        if (request.Object is { } admitted)
        {
            complete?.Invoke(admitted);
        }

        await _scope.Core.Admission.ValidateAsync(request, cancellationToken).ConfigureAwait(false);
        return request.Object;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(int code, JsonObject obj, CancellationToken cancellationToken) =>
        ObjectResponse.WriteAsync(_scope, code, obj, cancellationToken);

    /// <inheritdoc/>
    public override void Warn(string text) => _scope.Warn(text);

    /// <inheritdoc/>
    public override void Annotate(string key, string value)
    {
        if (_scope.Audit is not null)
        {
            _scope.AuditAnnotations.TryAdd(key, value);
        }
    }
}
