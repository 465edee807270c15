using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Api.Schema;
using Kube1.Api.Validation;
using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Registry;

namespace Kube1.ApiServer.Http;

/// <summary>DELETE of an object or a collection: options, admission, answer.</summary>
internal sealed class DeleteEndpoint(ApiServerCore core)
{
    private const string OptionsType = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";

    /// <summary>Where upstream registers the kinds of options, which its error names.</summary>
    private const string OptionsScheme = "pkg/apis/meta/internalversion/scheme/register.go:27";

    private readonly ObjectDeleter _deleter = new(core.Store, core.Time);
    private readonly ObjectLister _lister = new(core.Store, core.Time);

    /// <summary>Deletes one object.</summary>
    public async Task DeleteAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        var options = await ReadOptionsAsync(scope, cancellationToken).ConfigureAwait(false);
        var deletion = await DeleteAsync(scope, scope.Info.Name, options, cancellationToken).ConfigureAwait(false);
        var code = !deletion.Gone && options.OrphanDependents is false ? 202 : 200;
        if (deletion.Gone && !scope.Resource.Descriptor.ReturnsDeletedObject)
        {
            var deleted = await deletion.Object.ToJsonAsync(scope.Resource, cancellationToken).ConfigureAwait(false);
            await ObjectResponse.WriteAsync(scope, code, Success(scope, deleted), cancellationToken).ConfigureAwait(false);
            return;
        }

        await ObjectResponse.WriteAsync(scope, code, deletion.Object, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes what the selectors match; answers with what was there.</summary>
    public async Task DeleteCollectionAsync(RequestScope scope, CancellationToken cancellationToken)
    {
        var options = await ReadOptionsAsync(scope, cancellationToken).ConfigureAwait(false);
        var query = ListQuery.Read(scope, watch: false);
        var page = await _lister.ListAsync(scope, query, cancellationToken).ConfigureAwait(false);
        page = page with { Entries = page.Entries.ToList() };
        foreach (var entry in page.Entries)
        {
            var name = entry.Key[(entry.Key.IndexOf('/') + 1)..];
            try
            {
                await DeleteAsync(scope, name, options, cancellationToken).ConfigureAwait(false);
            }
            catch (ApiException e) when (e.Is(StatusReasons.NotFound))
            {
                // Someone else was quicker: gone is gone.
            }
        }

        await ListResponse.WriteAsync(scope, page, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Deletion> DeleteAsync(
        RequestScope scope, string name, V1DeleteOptions options, CancellationToken cancellationToken)
    {
        foreach (var warning in scope.Resource.Strategy.WarningsOnDelete(options))
        {
            scope.Warn(warning);
        }

        return await _deleter.DeleteAsync(
            scope.Resource, scope.Namespace, name, options, scope.StrategyContext,
            async obj =>
            {
                var request = new AdmissionRequest
                {
                    Operation = AdmissionOperation.Delete,
                    Resource = scope.Resource.Descriptor,
                    Namespace = scope.Namespace ?? "",
                    Name = name,
                    User = scope.User,
                    OldObject = obj.DeepClone().AsObject(),
                    Options = options,
                    DryRun = scope.DryRun,
                    Objects = core.Objects,
                    Origin = scope.AdmissionOrigin,
                    IsOfCollection = scope.Info.Verb == "deletecollection",
                    WarningSink = scope.Warn,
                };
                await core.Admission.AdmitAsync(request, cancellationToken).ConfigureAwait(false);
                await core.Admission.ValidateAsync(request, cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    // From the body when there is one, else from the query.
    private static async ValueTask<V1DeleteOptions> ReadOptionsAsync(
        RequestScope scope, CancellationToken cancellationToken)
    {
        var request = scope.Http.Request;
        var options = new V1DeleteOptions();
        var body = await BodyReader.ReadAsync(request, cancellationToken).ConfigureAwait(false);
        if (body.Length > 0)
        {
            options = Decode(scope, body.Span, BodyReader.FormatOf(request));
        }
        else
        {
            options.GracePeriodSeconds = QueryValues.Number(request.Query["gracePeriodSeconds"]);
            options.OrphanDependents = QueryValues.Flag(request.Query["orphanDependents"]);
            if (scope.Query("propagationPolicy") is { Length: > 0 } policy)
            {
                options.PropagationPolicy = policy;
            }
        }

        scope.ReadWriteOptions("DeleteOptions", options.DryRun);
        Validate(options);
        return options;
    }

    private static V1DeleteOptions Decode(RequestScope scope, ReadOnlySpan<byte> body, BodyFormat format)
    {
        try
        {
            var type = SchemaCatalog.BuiltIn.Find(OptionsType)!;
            var json = ObjectDecoder.ToJson(body, type, format, out _);
            var kind = ObjectDecoder.ReadKind(json, type);
            if (kind.Kind != type.ShortName)
            {
                // Of any group and version, but nothing else: an object of another kind would be options without content.
                throw new ObjectDecodeException(
                    $"no kind \"{kind.Kind}\" is registered for version \"{kind.ApiVersion}\" in scheme \"{OptionsScheme}\"");
            }

            var decoded = ObjectDecoder.DecodeRaw(json, type).Object;
            decoded["kind"] = kind.Kind;
            decoded["apiVersion"] = kind.ApiVersion;
            scope.Audit?.RecordRequest(decoded);
            return KubeJson.Deserialize<V1DeleteOptions>(decoded);
        }
        catch (ObjectDecodeException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
    }

    private static void Validate(V1DeleteOptions options)
    {
        var errors = new FieldErrorList();
        if (options.OrphanDependents is not null && options.PropagationPolicy is not null)
        {
            errors.Invalid(
                FieldPath.Of("propagationPolicy"), options.PropagationPolicy,
                "orphanDependents and deletionPropagation cannot be both set");
        }

        if (options.PropagationPolicy is not (null or "Foreground" or "Background" or "Orphan"))
        {
            errors.NotSupported(
                FieldPath.Of("propagationPolicy"), options.PropagationPolicy, ["Foreground", "Background", "Orphan", "nil"]);
        }

        if (errors.Count > 0)
        {
            throw ApiErrors.Invalid(new GroupVersionKind("meta.k8s.io", "v1", "DeleteOptions"), "", errors);
        }
    }

    private static JsonObject Success(RequestScope scope, JsonObject obj)
    {
        var resource = scope.Resource.GroupResource;
        return StatusResponse.ToJson(new V1Status
        {
            Status = "Success",
            Details = new V1StatusDetails
            {
                Name = scope.Info.Name,
                Group = resource.Group.Length == 0 ? null : resource.Group,
                Kind = resource.Resource,
                Uid = ObjectMetadata.Of(obj).Uid,
            },
        });
    }
}
