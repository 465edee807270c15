using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.AdmissionRegistration;

/// <summary>
/// How a webhook is reached, for admission and for conversion; paths and words are those of
/// k8s.io/apiserver/pkg/util/webhook.
/// </summary>
internal static class WebhookClientRules
{
    private const string Form = "; desired format: https://host[/path]";

    /// <summary>Checks a client configuration: a URL or a Service.</summary>
    public static void Validate(JsonObject config, FieldPath path, FieldErrorList errors)
    {
        var service = config.Child("service");
        if (config["url"] is null == service is null)
        {
            errors.Required(path, "exactly one of url or service is required");
        }
        else if (service is null)
        {
            ValidateUrl(config.Text("url"), path.Child("url"), errors);
        }
        else
        {
            ValidateService(service, path.Child("service"), errors);
        }
    }

    private static void ValidateUrl(string text, FieldPath path, FieldErrorList errors)
    {
        // What has no scheme is a path to Go's parser, and lacks the scheme and the host.
        if (!Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var url))
        {
            errors.Required(path, $"url must be a valid URL: parse \"{text}\": invalid URL" + Form);
            return;
        }

        var (scheme, host) = url.IsAbsoluteUri ? (url.Scheme, url.Host) : ("", "");
        if (scheme != "https")
        {
            errors.Invalid(path, scheme, "'https' is the only allowed URL scheme" + Form);
        }

        if (host.Length == 0)
        {
            errors.Invalid(path, host, "host must be specified" + Form);
        }

        if (!url.IsAbsoluteUri)
        {
            return;
        }

        foreach (var (part, detail) in new[]
        {
            (url.UserInfo, "user information is not permitted in the URL"),
            (url.Fragment.TrimStart('#'), "fragments are not permitted in the URL"),
            (url.Query.TrimStart('?'), "query parameters are not permitted in the URL"),
        })
        {
            if (part.Length > 0)
            {
                errors.Invalid(path, part, detail);
            }
        }
    }

    private static void ValidateService(JsonObject service, FieldPath path, FieldErrorList errors)
    {
        // Upstream hands name and namespace over in the wrong order, so that each is reported under the other's name.
        errors.RequiredText(path.Child("name"), service.Text("namespace"));
        errors.RequiredText(path.Child("namespace"), service.Text("name"));
        var port = service.Integer("port") ?? 0;
        if (NameRules.IsPortNumber((int)port) is { Count: > 0 } wrong)
        {
            errors.Invalid(path.Child("port"), port, "port is not valid: " + string.Join(", ", wrong));
        }

        if (service.Text("path") is { Length: > 0 } text and not "/")
        {
            ValidatePath(text, path.Child("path"), errors);
        }
    }

    private static void ValidatePath(string text, FieldPath path, FieldErrorList errors)
    {
        if (text == "//")
        {
            errors.Invalid(path, text, "segment[0] may not be empty");
            return;
        }

        if (!text.StartsWith('/'))
        {
            errors.Invalid(path, text, "must start with a '/'");
        }

        var steps = (text.EndsWith('/') ? text[1..^1] : text[1..]).Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Length == 0)
            {
                errors.Invalid(path, text, $"segment[{i}] may not be empty");
                continue;
            }

            foreach (var message in NameRules.IsDns1123Subdomain(steps[i]))
            {
                errors.Invalid(path, text, $"segment[{i}]: {message}");
            }
        }
    }
}
