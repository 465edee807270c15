using System.CommandLine;
using Kube1.Api.Errors;
using Kube1.Api.Models;
using Kube1.Client;
using Kube1.Cluster.Pki;

namespace Kube1.Cmd.Commands;

/// <summary>`kube1 token create|list|delete`: what agents join with.</summary>
internal static class TokenCommand
{
    public static Command Create() => new("token", "Create, list and delete the tokens that agents join with.")
    {
        CreateToken(), ListTokens(), DeleteToken(),
    };

    private static Command CreateToken()
    {
        var kubeconfig = CommandOptions.Kubeconfig();
        var ttl = new Option<string>("--ttl")
        {
            Description = "How long it can be used, 2h or 7d; 0 for ever (default 24h)",
            DefaultValueFactory = _ => "24h",
        };
        var description = new Option<string>("--description") { Description = "What it is for", DefaultValueFactory = _ => "" };
        var command = new Command("create", "Create a token and print it.") { kubeconfig, ttl, description };
        command.SetWork(async (parsed, ct) =>
        {
            var path = CommandOptions.KubeconfigPath(parsed.GetValue(kubeconfig));
            using var client = KubeClientFactory.FromKubeconfig(path);
            var token = JoinToken.Create(KubeClientFactory.ReadAuthority(path));
            var lifetime = parsed.GetValue(ttl)!;
            DateTimeOffset? expires = lifetime == "0"
                ? null
                : TimeProvider.System.GetUtcNow() + CommandOptions.ParseDuration(lifetime);
            await client.Of<V1Secret>().CreateAsync(
                BootstrapTokenSecret.Make(token, expires, parsed.GetValue(description)!), ct);
            Console.WriteLine(token);
            return 0;
        });
        return command;
    }

    private static Command ListTokens()
    {
        var kubeconfig = CommandOptions.Kubeconfig();
        var command = new Command("list", "List the tokens, their secret parts left out.") { kubeconfig };
        command.SetWork(async (parsed, ct) =>
        {
            using var client = KubeClientFactory.FromKubeconfig(CommandOptions.KubeconfigPath(parsed.GetValue(kubeconfig)));
            var secrets = await client.Of<V1Secret>().ListAsync(
                BootstrapTokenSecret.Namespace, new ListOptions { FieldSelector = "type=" + BootstrapTokenSecret.SecretType }, ct);
            var now = TimeProvider.System.GetUtcNow();
            Console.WriteLine($"{"TOKEN",-10}{"EXPIRES",-24}DESCRIPTION");
            foreach (var token in secrets.Items.Select(BootstrapTokenSecret.Read).OfType<BootstrapToken>())
            {
                var expires = token.Expires is not { } at ? "never" : at <= now ? "expired" : at.ToString("u");
                Console.WriteLine($"{token.Id,-10}{expires,-24}{token.Description}");
            }

            return 0;
        });
        return command;
    }

    private static Command DeleteToken()
    {
        var kubeconfig = CommandOptions.Kubeconfig();
        var id = new Argument<string>("token") { Description = "A token or its id, the part before the dot" };
        var command = new Command("delete", "Delete a token: it cannot be used any more.") { kubeconfig, id };
        command.SetWork(async (parsed, ct) =>
        {
            var text = parsed.GetValue(id)!;
            var tokenId = JoinToken.TryParse(text, out var token, out _) ? token.Id : text;
            using var client = KubeClientFactory.FromKubeconfig(CommandOptions.KubeconfigPath(parsed.GetValue(kubeconfig)));
            if (!await client.Of<V1Secret>().DeleteAsync(
                BootstrapTokenSecret.Namespace, BootstrapTokenSecret.NamePrefix + tokenId, null, ct))
            {
                throw new CommandException($"there is no token '{tokenId}'; `kube1 token list` shows them");
            }

            Console.WriteLine($"token {tokenId} deleted");
            return 0;
        });
        return command;
    }
}
